⟪create table t (a int, b text)⟫;
⟪copy public.t (a, b) from stdin with (format text)⟫; -- rows
⟦1	it's; $$ (
2	\\.
3	\.x
⟧\.
⟪select count(*) from t⟫;
⟪copy t to stdout⟫; ⟪copy t from '/tmp/stdin'⟫; ⟪copy t from program 'cat stdin'⟫;

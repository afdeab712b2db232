create temp table t (a text, b text);
copy t from stdin; select count(*) from t; /* a comment that
1	it's; $$ (
2	\\.
\.
goes on */ select 2;
copy t from stdin; copy t (a) from stdin;
a	b
\.
x
\.
copy t to stdout -- x
;
copy t from stdout (format csv); -- c
"a
b",3
\.
\set c 'copy t from stdin; '
:c select 'é';
é	b
\.
copy t (a)
 from stdin
;
last

⟪select 1⟫;
\set name 'a b' c
⟪select :no, 'x :name' ":name", a[1:2], b::text⟫;
\restrict abc
⟪select 2⟫;
\unrestrict abc

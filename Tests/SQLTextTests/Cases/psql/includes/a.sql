select 'a 1'; \ir deeper/c.sql
\ir b.sql
select 'a 2' -- no semicolon; the file's end is one

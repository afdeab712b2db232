select 'main 1';
\ir includes/a.sql
select 'main 2'; \i includes/b.sql \\ select 'main 3';
\set file includes/b
\i :file.sql
\set file 'includes/b.sql'
\include :file
\i 'includes/with space.sql';
\include_relative ./includes/../includes/deeper/c.sql ;;
select :'from_b', 'main 4'

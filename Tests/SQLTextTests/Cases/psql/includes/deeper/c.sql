\ir ../deeper/d.sql
select 'c';
-- the end

\set from_b yes
select 'b é';select 'b 2'
create rule r as on insert to t do also (insert into a values (1); insert into b values (2););
create or replace rule r as on update to t do instead (select ';'; -- ;
  delete from a where (b; c); /* ; */ notify x);
select (1)); select 2; select (';'), ("(;"), (/* ( ; */ 1), ($$(;$$);
select ((((1;2);3);4);5); select )(;); select '('; select ')';
create rule r2 as on delete to t do nothing;

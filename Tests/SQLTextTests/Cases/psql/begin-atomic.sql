create function f(a int) returns int language sql begin atomic select 1; select 2; end;
create or replace function f(a int) returns int
begin atomic
  select case when a = 1 then case a when 2 then 3 else 4 end when a = 5 then 6 end;
  insert into t values ((select case when true then ';' end), 'end;'); -- end;
  select (case when (case when true then false end) then 1 end); /* end; */
end;
select 1; select case when true then 1 end; end; begin; select 1; commit;
create procedure p() begin atomic end; create procedure p() begin atomic; end;
CREATE OR REPLACE PROCEDURE "p;"() LANGUAGE sql BEGIN /* ; */ ATOMIC SELECT 1; END;
create function g() returns int language sql return case when true then 1 end; select 1;
create table function (or_replace int, atomic int); select 1;
create function h(a text default 'begin atomic;', b int default (case when true then 1 end)) returns int begin atomic select 1; end;
create aggregate a (int) (sfunc = f, stype = int); create view v as select case when true then 1 end;
create trigger tr after insert on t for each row execute function f(); create table case_ (begin_ int, atomic_ int);
create or replace view procedure as select 1; create unique index i on t (a); select 2;

⟪create or replace function f(a int) returns int
begin atomic
  select case when a = 1 then 2 else case a when 3 then 4 end end;
  select (case when true then 1 end);
  select 1 as end, t.case from t;
end⟫;
⟪create procedure "p" () language sql BEGIN /* ; */ ATOMIC insert into t values (1); insert into t values (2); END⟫;
⟪create function begin() returns int language sql return case when true then 1 end⟫;
⟪begin⟫; ⟪select 1⟫; ⟪end⟫;
⟪create table atomic (begin int)⟫;
⟪select case when true then 1 end⟫;

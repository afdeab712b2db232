create function f() returns int ⚠begin atomic select case when true then 1; end;

⟪create function f() returns table (n int) begin atomic select x.end as case from x; select y from y where case when y then false end; end⟫; ⟪select 1⟫;
⟪create function g() returns table (n int) begin atomic select x case from x; select 1 end, 2 case; select case 1 when 2 then 3 end end from x where true; end⟫; ⟪select 2⟫;

⟪create function f() returns table (n int) begin atomic select x.end as case from x; select y from y where case when y then false end; end⟫; ⟪select 1⟫;

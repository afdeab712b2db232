-- an ordinary comment
--   ⚠muster:
select 1;

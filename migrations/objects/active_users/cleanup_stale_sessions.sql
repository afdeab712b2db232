-- One clean-up for every live relation.
create function public.cleanup_stale_sessions() returns bigint
language sql volatile
as $$
  select coalesce(sum(swept.swept), 0)::bigint from muster.sweep() as swept
$$;
comment on function public.cleanup_stale_sessions() is
  'Ends or deletes what is stale in every live relation. Returns how many rows; muster.sweep() says how many of each';

revoke all on function public.cleanup_stale_sessions() from public, anon, authenticated, service_role;
grant execute on function public.cleanup_stale_sessions() to service_role;

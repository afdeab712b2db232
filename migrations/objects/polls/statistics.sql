create view public.statistics with (security_invoker = true) as
select
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'votes'), 0)::bigint as votes,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'polls'), 0)::bigint as polls,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'boosts'), 0)::bigint as boosts,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'registrations'), 0)::bigint as registrations,
  public.get_live_hold_count() as live_holds
from public.statistic_shards as part;
comment on view public.statistics is 'The dashboard: one row of totals over everything';

revoke all on public.statistics from public, anon, authenticated, service_role;
grant select on public.statistics to anon, authenticated, service_role;

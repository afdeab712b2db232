create view public.poll_results with (security_invoker = true) as
select choice.poll_id, choice.id as option_id, choice.label, coalesce(counted.votes, 0)::bigint as votes
from public.poll_options as choice
left join lateral (
  select pg_catalog.sum(part.votes) as votes
  from public.poll_result_shards as part
  where part.option_id = choice.id
) as counted on true;
comment on view public.poll_results is
  'How many votes each option has; everybody who may read the poll may read them';

revoke all on public.poll_results from public, anon, authenticated, service_role;
grant select on public.poll_results to anon, authenticated, service_role;

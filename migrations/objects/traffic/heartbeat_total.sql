create function public.heartbeat_total(day date) returns bigint
language sql stable set search_path = ''
begin atomic
  select pg_catalog.count(*)
  from public.heartbeats as beat
  where beat.created_at >= day::timestamp at time zone 'UTC'
    and beat.created_at < (day + 1)::timestamp at time zone 'UTC';
end;
comment on function public.heartbeat_total(date) is 'How many beats of a UTC day are there';

revoke all on function public.heartbeat_total(date) from public, anon, authenticated, service_role;

create function public.count_heartbeats(
  for_date date,
  out unique_active_users bigint,
  out unique_sessions bigint,
  out unique_users bigint,
  out total_heartbeats bigint
)
language sql stable set search_path = ''
begin atomic
  select
    pg_catalog.count(distinct coalesce(pair.user_id::text, pair.session_id)),
    pg_catalog.count(distinct pair.session_id),
    pg_catalog.count(distinct pair.user_id), coalesce(pg_catalog.sum(pair.beats), 0)::bigint
  from (
    select beat.session_id, beat.user_id, pg_catalog.count(*) as beats
    from public.heartbeats as beat
    where beat.created_at >= for_date::timestamp at time zone 'UTC'
      and beat.created_at < (for_date + 1)::timestamp at time zone 'UTC'
    group by beat.session_id, beat.user_id
  ) as pair;
end;
comment on function public.count_heartbeats(date) is
  'The beats that are there of one UTC day, as the reader may see them';

revoke all on function public.count_heartbeats(date) from public, anon, authenticated, service_role;
grant execute on function public.count_heartbeats(date) to authenticated, service_role;

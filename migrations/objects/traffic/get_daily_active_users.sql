create function public.get_daily_active_users(for_date date default public.utc_today())
returns table (unique_sessions bigint, unique_users bigint, total_heartbeats bigint)
language plpgsql set search_path = ''
as $$
begin
  perform public.require_admin();
  return query
  select counted.unique_sessions, counted.unique_users, counted.total_heartbeats
  from (
    select present.unique_sessions, present.unique_users, present.total_heartbeats
    from public.count_heartbeats(for_date) as present
    union all
    select known.unique_sessions, known.unique_users, known.total_heartbeats
    from public.daily_usage_stats as known
    where known.date = for_date
  ) as counted
  order by counted.total_heartbeats desc
  limit 1;
end
$$;
comment on function public.get_daily_active_users(date) is
  'Admins only. One UTC day, from its beats or, once those are gone, from daily_usage_stats';

revoke all on function public.get_daily_active_users(date) from public, anon, authenticated, service_role;
grant execute on function public.get_daily_active_users(date) to authenticated, service_role;

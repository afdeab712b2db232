create function public.aggregate_heartbeats() returns void
language plpgsql set search_path = ''
as $$
begin
  -- The beats of a day only get more until they go all at once. So a day with more of them than were summed
  -- up has late ones, and is summed up again; a day with fewer has stragglers behind its partition, and keeps
  -- its sums.
  insert into public.daily_usage_stats as known
    (date, unique_active_users, unique_sessions, unique_users, total_heartbeats)
  select past.day, counted.unique_active_users, counted.unique_sessions, counted.unique_users,
    counted.total_heartbeats
  from (
    select public.heartbeat_days()
    union
    select (stray.created_at at time zone 'UTC')::date from public.heartbeats_default as stray
  ) as past (day)
  left join public.daily_usage_stats as summed on summed.date = past.day
  cross join lateral public.count_heartbeats(past.day) as counted
  where past.day < public.utc_today()
    and public.heartbeat_total(past.day) > coalesce(summed.total_heartbeats, -1)
  on conflict (date) do update
    set unique_active_users = excluded.unique_active_users, unique_sessions = excluded.unique_sessions,
      unique_users = excluded.unique_users, total_heartbeats = excluded.total_heartbeats,
      updated_at = pg_catalog.now();
end
$$;
comment on function public.aggregate_heartbeats() is
  'Sums up each UTC day that is over and has beats not yet in daily_usage_stats';

revoke all on function public.aggregate_heartbeats() from public, anon, authenticated, service_role;

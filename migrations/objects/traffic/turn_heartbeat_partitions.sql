create function public.turn_heartbeat_partitions() returns void
language plpgsql set search_path = '' set lock_timeout = '500ms'
as $$
declare
  first_day constant date := ((pg_catalog.now() - interval '7 days') at time zone 'UTC')::date;
  last_day constant date := public.utc_today() + 7;
  day date;
  part text;
  total bigint;
  is_summed boolean;
begin
  -- First the lock on the parent, which readers and writers take first too: so nobody waits in a circle, and
  -- a beat that comes meanwhile waits a moment and then finds its partition.
  lock table only public.heartbeats in access exclusive mode;

  if exists (
    select from public.heartbeats_default as stray
    where stray.created_at < (last_day + 1)::timestamp at time zone 'UTC'
  ) then
    perform public.sort_stray_heartbeats(first_day, last_day);
  end if;

  for day in
    select public.utc_today() + coming.days
    from pg_catalog.generate_series(0, last_day - public.utc_today()) as coming (days)
    where public.utc_today() + coming.days not in (select public.heartbeat_days())
  loop
    perform public.add_heartbeat_partition(day);
  end loop;

  for day, total in
    select expired.day, summed.total_heartbeats
    from public.heartbeat_days() as expired (day)
    join public.daily_usage_stats as summed on summed.date = expired.day
    where expired.day < first_day
  loop
    part := public.heartbeat_partition(day);
    execute pg_catalog.format('lock table public.%I in access exclusive mode nowait', part);
    -- History that was written since the sums were made stays until the next run has summed it up.
    execute pg_catalog.format('select pg_catalog.count(*) <= %s from public.%I', total, part)
      into strict is_summed;
    if is_summed then
      execute pg_catalog.format('drop table public.%I', part);
    end if;
  end loop;
end
$$;
comment on function public.turn_heartbeat_partitions() is
  'Makes the partitions of today and the next 7 days, sorts stray beats into theirs, and drops what is'
  ' summed up and older'
  ' than 7 days';

revoke all on function public.turn_heartbeat_partitions() from public, anon, authenticated, service_role;

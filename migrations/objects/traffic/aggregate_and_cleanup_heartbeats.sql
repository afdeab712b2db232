create function public.aggregate_and_cleanup_heartbeats() returns void
language plpgsql set search_path = ''
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(
    pg_catalog.hashtextextended('public.aggregate_and_cleanup_heartbeats', 0));
  perform public.aggregate_heartbeats();
  for attempt in 1..5 loop
    begin
      perform public.turn_heartbeat_partitions();
      return;
    exception
      when lock_not_available then
        perform pg_catalog.pg_sleep(attempt * 0.2);
    end;
  end loop;
  raise warning using
    message = 'the partitions of public.heartbeats are left for the next run',
    detail = 'Somebody has held a lock on the table, or on an expired partition, for several seconds. The'
      ' sums are made.',
    hint = 'Look in pg_locks for who it is. Partitions are made a week ahead, so nothing is lost by'
      ' tomorrow.';
end
$$;
comment on function public.aggregate_and_cleanup_heartbeats() is
  'Sums up the days that are over, turns the partitions, and drops beats older than 7 days. Harmless at any'
  ' time and as often';

revoke all on function public.aggregate_and_cleanup_heartbeats() from public, anon, authenticated, service_role;

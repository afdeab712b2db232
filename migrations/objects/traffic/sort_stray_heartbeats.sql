create function public.sort_stray_heartbeats(first_day date, last_day date) returns void
language plpgsql set search_path = ''
as $$
declare
  day date;
  horizon constant timestamptz := (last_day + 1)::timestamp at time zone 'UTC';
begin
  alter table public.heartbeats detach partition public.heartbeats_default;
  for day in
    select stray_day.day
    from (
      select distinct (stray.created_at at time zone 'UTC')::date as day
      from public.heartbeats_default as stray
      where stray.created_at >= first_day::timestamp at time zone 'UTC' and stray.created_at < horizon
    ) as stray_day
    where stray_day.day not in (select public.heartbeat_days())
  loop
    perform public.add_heartbeat_partition(day);
  end loop;

  insert into public.heartbeats (id, session_id, user_id, page_path, created_at) overriding system value
  select stray.id, stray.session_id, stray.user_id, stray.page_path, stray.created_at
  from public.heartbeats_default as stray
  where stray.created_at >= first_day::timestamp at time zone 'UTC' and stray.created_at < horizon;
  -- What is older than the first day has been summed up, and its time is over.
  delete from public.heartbeats_default as stray where stray.created_at < horizon;
  alter table public.heartbeats attach partition public.heartbeats_default default;
end
$$;
comment on function public.sort_stray_heartbeats(date, date) is
  'Moves the beats of these UTC days out of the default partition, which has to have nobody else in it, and'
  ' drops older ones';

revoke all on function public.sort_stray_heartbeats(date, date) from public, anon, authenticated, service_role;

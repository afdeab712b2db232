create function public.note_live_sessions() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Sorted, so that two batches with sessions in common queue instead of deadlocking.
  insert into public.live_sessions as live (session_id, user_id, page_path, seen)
  select distinct on (beat.session_id)
    beat.session_id, beat.user_id, beat.page_path, least(beat.created_at, pg_catalog.now())
  from touched as beat
  where muster.is_fresh(beat.created_at, interval '60 seconds')
  order by beat.session_id, beat.created_at desc, beat.id desc
  on conflict (session_id) do update
    set user_id = excluded.user_id, page_path = excluded.page_path, seen = excluded.seen
    where live.seen <= excluded.seen;
  return null;
end
$$;
comment on function public.note_live_sessions() is
  'Keeps live_sessions; history that is written later changes nothing there';

create trigger note_live_sessions after insert on public.heartbeats referencing new table as touched
  for each statement execute function public.note_live_sessions();
comment on trigger note_live_sessions on public.heartbeats is 'The latest beat of a session says where it is';

revoke all on function public.note_live_sessions() from public, anon, authenticated, service_role;

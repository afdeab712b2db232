create function public.heartbeat_session(session_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  update public.active_user_beats as beat
  set seen = pg_catalog.now()
  where beat.session_id = heartbeat_session.session_id
    and muster.is_fresh(beat.seen, interval '60 seconds');
  -- The laptop slept, or the server crashed and lost its beats: the browser is here, so it is on the roll again.
  if not found then
    perform public.register_session(heartbeat_session.session_id);
  end if;
end
$$;
comment on function public.heartbeat_session(text) is 'A session is still here; to be called every 20 seconds';

revoke all on function public.heartbeat_session(text) from public, anon, authenticated, service_role;
grant execute on function public.heartbeat_session(text) to anon, authenticated, service_role;

create function public.heartbeat_sessions(session_ids text[]) returns integer
language plpgsql volatile security definer set search_path = ''
as $$
declare
  keys constant text[] := array(
    select distinct given.session_id collate "C" from unnest(session_ids) as given (session_id) order by 1
  );
  key text;
begin
  -- Whoever locks several sessions takes them in the order of their ids, so that no two wait for each other in a
  -- circle. As a rule all are here, and one statement will do; what was heard of 50 seconds ago no sweep takes meanwhile.
  if pg_catalog.cardinality(keys) = (
    select pg_catalog.count(*)
    from public.active_user_beats as beat
    where beat.session_id = any (keys) and muster.is_fresh(beat.seen, interval '50 seconds')
  ) then
    update public.active_user_beats as beat
    set seen = pg_catalog.now()
    where beat.ctid = any (array(
      select locked.ctid
      from public.active_user_beats as locked
      where locked.session_id = any (keys)
      order by locked.session_id
      for no key update
    ));
  else
    foreach key in array keys loop
      perform public.heartbeat_session(key);
    end loop;
  end if;
  return pg_catalog.cardinality(keys);
end
$$;
comment on function public.heartbeat_sessions(text[]) is
  'Many sessions are still here: one call for a gateway that holds their connections. Returns how many different ones';

revoke all on function public.heartbeat_sessions(text[]) from public, anon, authenticated, service_role;
grant execute on function public.heartbeat_sessions(text[]) to service_role;

-- SECURITY DEFINER, as all that browsers call here, because the tables are closed to them: what a caller may touch is
-- the one session whose id he can name.
create function public.register_session(session_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if session_id is null or pg_catalog.length(session_id) not between 16 and 200 then
    raise invalid_parameter_value using
      message = 'a session id has 16 to 200 characters',
      detail = coalesce('This one has ' || pg_catalog.length(session_id) || '.', 'This one is null.'),
      hint = 'Make one per page with crypto.randomUUID().';
  end if;
  -- The session's row first, then its beat: whoever needs both takes them in this order.
  loop
    -- Silent for too long has left, whether swept yet or not. What comes back is a new session, and counted as one.
    delete from public.active_users as silent
    where silent.session_id = register_session.session_id
      and not muster.is_fresh(
        coalesce(
          (select beat.seen from public.active_user_beats as beat where beat.session_id = silent.session_id),
          (select muster.beats_since())
        ),
        interval '60 seconds'
      );
    insert into public.active_users (session_id) values (register_session.session_id) on conflict do nothing;
    exit when found;
    perform from public.active_users as session
    where session.session_id = register_session.session_id
    for key share;
    exit when found;
  end loop;
  insert into public.active_user_beats (session_id) values (register_session.session_id)
  on conflict on constraint active_user_beats_pkey do update set seen = pg_catalog.now();
end
$$;
comment on function public.register_session(text) is 'A session is here; saying so again only counts as a beat';

revoke all on function public.register_session(text) from public, anon, authenticated, service_role;
grant execute on function public.register_session(text) to anon, authenticated, service_role;

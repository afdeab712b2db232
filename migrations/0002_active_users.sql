-- How many people are here. A browser registers a session of its own invention, beats every 20 seconds and ends the
-- session when the page closes; a session that has been silent for 60 seconds is gone. The session id is the only key
-- to the session: whoever knows it may beat and end it, signed in or not, so nobody can read it here.

-- 1 The fact that a session is there.
create table public.active_users (
  id bigint generated always as identity primary key,
  session_id text collate "C" not null unique,
  created_at timestamptz not null default pg_catalog.now(),
  constraint active_users_session_id_check check (pg_catalog.length(session_id) between 16 and 200)
);
comment on table public.active_users is
  'The sessions that are here; no client reads or writes it, the functions do';
comment on column public.active_users.session_id is
  'A secret of the browser: not granted, not published, in no message';

-- 2 Its beats. Unlogged and without an index on the time: a beat is a HOT update that waits for no flush.
create unlogged table public.active_user_beats (
  session_id text collate "C" primary key references public.active_users (session_id) on delete cascade,
  seen timestamptz not null default pg_catalog.now()
) with (fillfactor = 50);
comment on table public.active_user_beats is
  'When each session was last seen; empty after a crash, when all get one grace period';
comment on column public.active_user_beats.seen is 'Server time of the last beat';

alter table public.active_users enable row level security;
alter table public.active_user_beats enable row level security;

create policy "the service keeps the sessions" on public.active_users to service_role using (true) with check (true);
comment on policy "the service keeps the sessions" on public.active_users is
  'Needed where service_role has no BYPASSRLS';
create policy "the service keeps the beats" on public.active_user_beats to service_role using (true) with check (true);
comment on policy "the service keeps the beats" on public.active_user_beats is
  'Needed where service_role has no BYPASSRLS';

revoke all on public.active_users, public.active_user_beats from public, anon, authenticated, service_role;
revoke all on sequence public.active_users_id_seq from public, anon, authenticated, service_role;
grant select, insert, update, delete on public.active_users, public.active_user_beats to service_role;

-- 3 On the roll: stale after a minute, then deleted.
select muster.track('public.active_users',
  beats => 'public.active_user_beats',
  key => 'session_id',
  beats_key => 'session_id',
  stale_after => interval '60 seconds');
select muster.publish_count('active_users', 'public.active_users');

-- 4 What browsers call. SECURITY DEFINER, because the tables are closed to them: what a caller may touch is the one
-- session whose id he can name.
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

create function public.end_session(session_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from public.active_users as session where session.session_id = end_session.session_id;
end
$$;
comment on function public.end_session(text) is 'A session has left; one that is not on the roll is no error';

-- In PL/pgSQL, because a SECURITY DEFINER function in SQL is planned again at each call.
create function public.get_active_user_count() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return muster.live_value('active_users');
end
$$;
comment on function public.get_active_user_count() is 'How many sessions are here, at most a second old';

-- 5 One clean-up for every live relation.
create function public.cleanup_stale_sessions() returns bigint
language sql volatile
as $$
  select coalesce(sum(swept.swept), 0)::bigint from muster.sweep() as swept
$$;
comment on function public.cleanup_stale_sessions() is
  'Ends or deletes what is stale in every live relation. Returns how many rows; muster.sweep() says how many of each';

revoke all on function
  public.register_session(text), public.heartbeat_session(text), public.heartbeat_sessions(text[]),
  public.end_session(text), public.get_active_user_count(), public.cleanup_stale_sessions()
  from public, anon, authenticated, service_role;
grant execute on function
  public.register_session(text), public.heartbeat_session(text), public.end_session(text),
  public.get_active_user_count()
  to anon, authenticated, service_role;
grant execute on function public.heartbeat_sessions(text[]), public.cleanup_stale_sessions() to service_role;

-- 6 Delivery and clean-up. The count is for everybody.
create policy "everybody reads the number of active users" on muster.live_count for select to anon, authenticated
  using (topic = 'active_users');
comment on policy "everybody reads the number of active users" on muster.live_count is
  'One number for the navigation bar; it says nothing of anybody';

alter publication muster add table public.active_users (id, created_at);

select muster.schedule('sweep-active-users', '* * * * *', $$select muster.sweep('public.active_users')$$);

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

-- 4 Delivery.
alter publication muster add table public.active_users (id, created_at);

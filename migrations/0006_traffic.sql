-- Live traffic: which pages are being read, by how many. Every page beats every 30 s, signed in or not. The
-- history of beats is kept by day for a week and summed up for good; where each session is right now stands
-- apart from it.

-- 1 The history: narrow rows, a partition for each UTC day, and one for whatever has no day yet, so that no
-- insert fails. No key and no reference to auth.users: a beat is never looked up, and one of a user just
-- deleted is still a beat.
create table public.heartbeats (
  id bigint generated always as identity,
  session_id text collate "C" not null,
  user_id uuid,
  page_path text not null,
  created_at timestamptz not null default pg_catalog.now(),
  constraint heartbeats_session_id_check check (pg_catalog.length(session_id) between 1 and 200),
  constraint heartbeats_page_path_check check (pg_catalog.length(page_path) between 1 and 2048)
) partition by range (created_at);
comment on table public.heartbeats is
  'Who read which page when, for 7 days; add_heartbeat_partition makes the days';
comment on column public.heartbeats.session_id is
  'What the browser calls itself; secret, since whoever knows it can beat for it';
comment on column public.heartbeats.user_id is
  'Who is signed in, NULL for a visitor; for clients always from their token';
comment on column public.heartbeats.created_at is 'For clients always the server''s time';
create index heartbeats_created_at_idx on public.heartbeats
  using brin (created_at) with (pages_per_range = 32);

create table public.heartbeats_default partition of public.heartbeats default;
comment on table public.heartbeats_default is
  'Beats of days without a partition; the nightly job moves them out';

-- 2 The present: one row a session. A beat is a HOT update of it, unlogged.
create unlogged table public.live_sessions (
  session_id text collate "C" primary key,
  user_id uuid,
  page_path text not null,
  seen timestamptz not null
) with (fillfactor = 50);
comment on table public.live_sessions is
  'Where each session was last seen. Empty after a crash, and whole again once every page has beaten,'
  ' within 30 s';

-- 3 The sums, for good.
create table public.daily_usage_stats (
  date date primary key,
  unique_active_users bigint not null,
  unique_sessions bigint not null,
  unique_users bigint not null,
  total_heartbeats bigint not null,
  created_at timestamptz not null default pg_catalog.now(),
  updated_at timestamptz not null default pg_catalog.now()
);
comment on table public.daily_usage_stats is 'One row for each UTC day that is over';
comment on column public.daily_usage_stats.unique_active_users is
  'Different users, and sessions in which nobody was signed in';
comment on column public.daily_usage_stats.unique_sessions is 'Different sessions';
comment on column public.daily_usage_stats.unique_users is 'Different signed-in users';

-- 4 The first days. What makes a partition is here, and not in objects/, because this file makes some.
create function public.utc_today() returns date
language sql stable parallel safe
return (pg_catalog.now() at time zone 'UTC')::date;
comment on function public.utc_today() is 'The date in UTC, whatever the time zone of the session';

create function public.heartbeat_partition(day date) returns text
language sql stable set search_path = ''
return 'heartbeats_' || pg_catalog.to_char(day::timestamp, 'YYYYMMDD');
comment on function public.heartbeat_partition(date) is 'What the partition of a UTC day is called';

create function public.add_heartbeat_partition(day date) returns void
language plpgsql set search_path = ''
as $$
declare
  part constant text := public.heartbeat_partition(day);
begin
  execute pg_catalog.format(
    'create table public.%I partition of public.heartbeats for values from (%L) to (%L)',
    part, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
  execute pg_catalog.format('comment on table public.%I is %L', part, 'The beats of one UTC day');
  execute pg_catalog.format('alter table public.%I enable row level security', part);
  execute pg_catalog.format('revoke all on public.%I from public, anon, authenticated, service_role', part);
  execute pg_catalog.format(
    'alter table public.%I owner to %I', part,
    (select pg_catalog.pg_get_userbyid(parent.relowner) from pg_catalog.pg_class as parent
     where parent.oid = 'public.heartbeats'::regclass));
end
$$;
comment on function public.add_heartbeat_partition(date) is
  'Makes the partition of a UTC day; it is reached through its parent only';

select public.add_heartbeat_partition(public.utc_today() + coming.days)
from pg_catalog.generate_series(0, 7) as coming (days);

select muster.track(relation => 'public.live_sessions', stale_after => interval '60 seconds');

-- 5 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
-- Nothing of this is delivered: beats are not facts, and the admins ask.
alter table public.heartbeats enable row level security;
alter table public.heartbeats_default enable row level security;
alter table public.live_sessions enable row level security;
alter table public.daily_usage_stats enable row level security;

revoke all on
  public.heartbeats, public.heartbeats_default, public.live_sessions, public.daily_usage_stats
  from public, anon, authenticated, service_role;
revoke all on sequence public.heartbeats_id_seq from public, anon, authenticated, service_role;
revoke all on function
  public.utc_today(), public.heartbeat_partition(date), public.add_heartbeat_partition(date)
  from public, anon, authenticated, service_role;

grant insert (session_id, user_id, page_path) on public.heartbeats to anon, authenticated;
grant select on public.heartbeats, public.live_sessions, public.daily_usage_stats
  to authenticated, service_role;
grant insert on public.heartbeats to service_role;
grant execute on function public.utc_today() to authenticated, service_role;

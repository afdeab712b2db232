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

-- 4 What a beat does.
create function public.identify_heartbeat() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.user_id := auth.uid();
  return new;
end
$$;
comment on function public.identify_heartbeat() is
  'The user of a beat is the caller, whatever the client says';

create trigger identify_heartbeat before insert on public.heartbeats
  for each row
  when (not pg_catalog.has_column_privilege('public.heartbeats'::regclass, 'created_at', 'insert'))
  execute function public.identify_heartbeat();
comment on trigger identify_heartbeat on public.heartbeats is
  'For all but those who may write history: the owner, the seeder and the service';

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

create function public.record_heartbeat(session_id text, page_path text) returns void
language plpgsql
as $$
begin
  insert into public.heartbeats (session_id, page_path)
  values (record_heartbeat.session_id, record_heartbeat.page_path);
end
$$;
comment on function public.record_heartbeat(text, text) is
  'This session is reading this page; to be called every 30 s';

create function public.record_heartbeats(batch jsonb) returns bigint
language plpgsql set search_path = ''
as $$
declare
  recorded bigint;
begin
  insert into public.heartbeats (session_id, user_id, page_path)
  select beat.session_id, beat.user_id, beat.page_path
  from pg_catalog.jsonb_to_recordset(batch) as beat (session_id text, user_id uuid, page_path text);
  get diagnostics recorded = row_count;
  return recorded;
end
$$;
comment on function public.record_heartbeats(jsonb) is
  'For gateways: many beats at once, as [{"session_id": …, "user_id": …, "page_path": …}, …]; returns the'
  ' number of them';

-- 5 What the admins see.
create function public.require_admin() returns void
language plpgsql set search_path = ''
as $$
begin
  if pg_catalog.row_security_active('public.heartbeats')
    and not pg_catalog.pg_has_role('service_role', 'usage') and not public.is_admin()
  then
    raise insufficient_privilege using
      message = 'only admins see the traffic',
      detail = 'The request is not signed in as an admin.',
      hint = 'The operator makes admins: update public.profiles set role = ''admin'' where id = …';
  end if;
end
$$;
comment on function public.require_admin() is
  'Refuses who could read nothing anyway: zeros would look like an answer. The policies decide, this says so';

create function public.get_live_traffic()
returns table (
  active_users bigint,
  active_sessions bigint,
  authenticated_users bigint,
  anonymous_sessions bigint,
  top_pages jsonb
)
language plpgsql set search_path = ''
as $$
begin
  perform public.require_admin();
  return query
  with recent as materialized (
    select live.user_id, live.page_path
    from public.live_sessions as live
    where muster.is_fresh(live.seen, interval '60 seconds')
  )
  select
    pg_catalog.count(distinct session.user_id),
    pg_catalog.count(*),
    pg_catalog.count(session.user_id),
    pg_catalog.count(*) filter (where session.user_id is null),
    (
      select coalesce(
        pg_catalog.jsonb_agg(
          pg_catalog.jsonb_build_object('path', page.path, 'count', page.sessions)
          order by page.sessions desc, page.path collate "C"),
        '[]')
      from (
        select reading.page_path as path, pg_catalog.count(*) as sessions
        from recent as reading
        group by reading.page_path
        order by sessions desc, reading.page_path collate "C"
        limit 5
      ) as page
    )
  from recent as session;
end
$$;
comment on function public.get_live_traffic() is
  'Admins only. The last 60 s: different users; sessions; sessions with a user; sessions without; the five'
  ' pages with the'
  ' most sessions. A session counts once, as the user and on the page of its latest beat';

create function public.utc_today() returns date
language sql stable parallel safe
return (pg_catalog.now() at time zone 'UTC')::date;
comment on function public.utc_today() is 'The date in UTC, whatever the time zone of the session';

create function public.count_heartbeats(
  for_date date,
  out unique_active_users bigint,
  out unique_sessions bigint,
  out unique_users bigint,
  out total_heartbeats bigint
)
language sql stable set search_path = ''
begin atomic
  select
    pg_catalog.count(distinct coalesce(pair.user_id::text, pair.session_id)),
    pg_catalog.count(distinct pair.session_id),
    pg_catalog.count(distinct pair.user_id), coalesce(pg_catalog.sum(pair.beats), 0)::bigint
  from (
    select beat.session_id, beat.user_id, pg_catalog.count(*) as beats
    from public.heartbeats as beat
    where beat.created_at >= for_date::timestamp at time zone 'UTC'
      and beat.created_at < (for_date + 1)::timestamp at time zone 'UTC'
    group by beat.session_id, beat.user_id
  ) as pair;
end;
comment on function public.count_heartbeats(date) is
  'The beats that are there of one UTC day, as the reader may see them';

create function public.get_daily_active_users(for_date date default public.utc_today())
returns table (unique_sessions bigint, unique_users bigint, total_heartbeats bigint)
language plpgsql set search_path = ''
as $$
begin
  perform public.require_admin();
  return query
  select counted.unique_sessions, counted.unique_users, counted.total_heartbeats
  from (
    select present.unique_sessions, present.unique_users, present.total_heartbeats
    from public.count_heartbeats(for_date) as present
    union all
    select known.unique_sessions, known.unique_users, known.total_heartbeats
    from public.daily_usage_stats as known
    where known.date = for_date
  ) as counted
  order by counted.total_heartbeats desc
  limit 1;
end
$$;
comment on function public.get_daily_active_users(date) is
  'Admins only. One UTC day, from its beats or, once those are gone, from daily_usage_stats';

-- 6 The nightly job.
create function public.heartbeat_partition(day date) returns text
language sql stable set search_path = ''
return 'heartbeats_' || pg_catalog.to_char(day::timestamp, 'YYYYMMDD');
comment on function public.heartbeat_partition(date) is 'What the partition of a UTC day is called';

create function public.heartbeat_days() returns setof date
language sql stable set search_path = ''
begin atomic
  select pg_catalog.to_date(pg_catalog.right(part.relname, 8), 'YYYYMMDD')
  from pg_catalog.pg_inherits as child
  join pg_catalog.pg_class as part on part.oid = child.inhrelid
  where child.inhparent = 'public.heartbeats'::regclass and part.relname ~ '^heartbeats_\d{8}$';
end;
comment on function public.heartbeat_days() is 'The UTC days that have a partition';

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

create function public.heartbeat_total(day date) returns bigint
language sql stable set search_path = ''
begin atomic
  select pg_catalog.count(*)
  from public.heartbeats as beat
  where beat.created_at >= day::timestamp at time zone 'UTC'
    and beat.created_at < (day + 1)::timestamp at time zone 'UTC';
end;
comment on function public.heartbeat_total(date) is 'How many beats of a UTC day are there';

create function public.aggregate_heartbeats() returns void
language plpgsql set search_path = ''
as $$
begin
  -- The beats of a day only get more until they go all at once. So a day with more of them than were summed
  -- up has late ones, and is summed up again; a day with fewer has stragglers behind its partition, and keeps
  -- its sums.
  insert into public.daily_usage_stats as known
    (date, unique_active_users, unique_sessions, unique_users, total_heartbeats)
  select past.day, counted.unique_active_users, counted.unique_sessions, counted.unique_users,
    counted.total_heartbeats
  from (
    select public.heartbeat_days()
    union
    select (stray.created_at at time zone 'UTC')::date from public.heartbeats_default as stray
  ) as past (day)
  left join public.daily_usage_stats as summed on summed.date = past.day
  cross join lateral public.count_heartbeats(past.day) as counted
  where past.day < public.utc_today()
    and public.heartbeat_total(past.day) > coalesce(summed.total_heartbeats, -1)
  on conflict (date) do update
    set unique_active_users = excluded.unique_active_users, unique_sessions = excluded.unique_sessions,
      unique_users = excluded.unique_users, total_heartbeats = excluded.total_heartbeats,
      updated_at = pg_catalog.now();
end
$$;
comment on function public.aggregate_heartbeats() is
  'Sums up each UTC day that is over and has beats not yet in daily_usage_stats';

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

select public.add_heartbeat_partition(public.utc_today() + coming.days)
from pg_catalog.generate_series(0, 7) as coming (days);

select muster.schedule(
  'aggregate-heartbeats', '0 1 * * *', 'select public.aggregate_and_cleanup_heartbeats()');

select muster.track(relation => 'public.live_sessions', stale_after => interval '60 seconds');
select muster.schedule('cleanup-live-sessions', '* * * * *', $$select muster.sweep('public.live_sessions')$$);

-- 7 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
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
  public.identify_heartbeat(), public.note_live_sessions(), public.record_heartbeat(text, text),
  public.record_heartbeats(jsonb), public.require_admin(), public.get_live_traffic(), public.utc_today(),
  public.count_heartbeats(date), public.get_daily_active_users(date), public.heartbeat_partition(date),
  public.heartbeat_days(), public.add_heartbeat_partition(date), public.heartbeat_total(date),
  public.aggregate_heartbeats(), public.sort_stray_heartbeats(date, date), public.turn_heartbeat_partitions(),
  public.aggregate_and_cleanup_heartbeats()
  from public, anon, authenticated, service_role;

grant insert (session_id, user_id, page_path) on public.heartbeats to anon, authenticated;
grant select on public.heartbeats, public.live_sessions, public.daily_usage_stats
  to authenticated, service_role;
grant insert on public.heartbeats to service_role;
grant execute on function public.record_heartbeat(text, text) to anon, authenticated, service_role;
grant execute on function public.record_heartbeats(jsonb) to service_role;
grant execute on function
  public.get_live_traffic(), public.get_daily_active_users(date),
  public.require_admin(), public.utc_today(), public.count_heartbeats(date)
  to authenticated, service_role;

create policy "everybody beats" on public.heartbeats for insert to anon, authenticated
  with check (true);
comment on policy "everybody beats" on public.heartbeats is
  'The column grants leave the time to the server, the trigger identify_heartbeat the user';
create policy "admins read the beats" on public.heartbeats for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the beats" on public.heartbeats is 'And nobody else';
create policy "admins read the live sessions" on public.live_sessions for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the live sessions" on public.live_sessions is 'And nobody else';
create policy "admins read the daily sums" on public.daily_usage_stats for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the daily sums" on public.daily_usage_stats is 'And nobody else';

create policy "the service reads the traffic" on public.heartbeats for select to service_role using (true);
comment on policy "the service reads the traffic" on public.heartbeats is
  'Needed where service_role has no BYPASSRLS';
create policy "the service beats for others" on public.heartbeats for insert to service_role
  with check (true);
comment on policy "the service beats for others" on public.heartbeats is
  'Needed where service_role has no BYPASSRLS';
create policy "the service reads the traffic" on public.live_sessions for select to service_role using (true);
comment on policy "the service reads the traffic" on public.live_sessions is
  'Needed where service_role has no BYPASSRLS';
create policy "the service reads the traffic" on public.daily_usage_stats for select to service_role
  using (true);
comment on policy "the service reads the traffic" on public.daily_usage_stats is
  'Needed where service_role has no BYPASSRLS';

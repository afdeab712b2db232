-- Putting tables on the roll, taking them off, and what is refused
\set SHOW_CONTEXT never
create table sessions (id bigint primary key, token text unique, room integer, ended_at timestamptz, seen timestamptz);
create table beats (token text primary key references sessions (token) on delete cascade, seen timestamptz not null);

select muster.track('sessions', '60 s');
table muster.liveness;
-- again: it changes how the table stands there
select muster.track('sessions', '30 s', beats => 'beats', key => 'token', live_when => 'ended_at is null',
  on_stale => 'ended_at = last.seen');
select relation, key, beats, beats_key, beat_column, stale_after, live_when, on_stale from muster.liveness;
-- and once more, unchanged: no new row version
select ctid as version from muster.liveness \gset
select muster.track('sessions', '30 s', beats => 'beats', key => 'token', live_when => 'ended_at is null',
  on_stale => 'ended_at = last.seen');
select ctid = :'version' as unchanged from muster.liveness;

-- what is refused, and how
create table two_keys (a integer, b integer, seen timestamptz, primary key (a, b));
create table no_unique (id integer, seen timestamptz);
create table other_time (id integer primary key, seen timestamp);
create view a_view as select 1 as id, now() as seen;
select muster.track(null, '60 s');
select muster.track('a_view', '60 s');
select muster.track('two_keys', '60 s');
select muster.track('two_keys', '60 s', key => 'a');
select muster.track('no_unique', '60 s');
select muster.track('no_unique', '60 s', key => 'id');
select muster.track('other_time', '60 s');
select muster.track('sessions', '60 s', beat_column => 'last_seen');
select muster.track('sessions', '60 s', beat_column => 'token');
select muster.track('sessions', '60 s', created_column => 'nowhere');
select muster.track('sessions', null);
select muster.track('sessions', '-1 s');
select muster.track('sessions', '60 s', live_when => 'ended_at is nil');
select muster.track('sessions', '60 s', live_when => 'room');
select muster.track('sessions', '60 s', on_stale => 'finished_at = now()');
select muster.track('sessions', '60 s', on_stale => 'nothing');
select muster.track('sessions', '60 s', beats => 'beats', key => 'id');
select relation, stale_after from muster.liveness;

-- beats that do not reference the facts are taken, with a warning word
create table loose (token text primary key, seen timestamptz);
select muster.track('sessions', '60 s', beats => 'loose', key => 'token');

-- counts
select muster.publish_count('here', 'loose');
select muster.publish_count('Here', 'sessions');
select muster.publish_count('here', 'sessions', by => 'nowhere');
select muster.publish_count('here', 'sessions', counted_when => 'nowhere');
select muster.publish_count('here', 'sessions', distinct_by => 'nowhere');
select muster.publish_count('here', 'sessions', by => 'room', counted_when => 'room > 0 -- a comment does no harm');
select tgname, pg_get_triggerdef(oid), obj_description(oid, 'pg_trigger') from pg_trigger
where tgrelid = 'sessions'::regclass and not tgisinternal order by tgname;
select muster.unpublish_count('here'), muster.unpublish_count('here');
select count(*) as triggers from pg_trigger where tgrelid = 'sessions'::regclass and not tgisinternal;

-- off the roll: triggers and counts go with it
select muster.publish_count('here', 'sessions');
select muster.untrack('sessions'), muster.untrack('sessions');
select count(*) as triggers from pg_trigger where tgrelid = 'sessions'::regclass and not tgisinternal;
select (select count(*) from muster.liveness) as tracked, (select count(*) from muster.live_topic) as published;
drop view a_view;
drop table loose, beats, sessions, two_keys, no_unique, other_time;

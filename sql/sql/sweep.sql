-- Nobody is in the grace after a crash
\set SHOW_CONTEXT never
truncate muster.beat_epoch;
insert into muster.beat_epoch (since) values ('-infinity');
-- nor is the server younger than the shortest threshold here
do $$ begin perform pg_sleep_until(pg_postmaster_start_time() + '1 s'::interval); end $$;

-- Rows that carry their own beat; exactly at the threshold is stale
create table own (id integer primary key, seen timestamptz);
select muster.track('own', '60 s');
begin;
insert into own values (1, now() - '59.999999 s'::interval), (2, now() - '60 s'::interval),
  (3, now() - '60.000001 s'::interval), (4, now() + '1 day'::interval);
select * from muster.sweep('own');
select id from own order by id;
rollback;
-- never seen: there since muster began to know
select muster.track('own', '1 s');
insert into own values (5, null);
select * from muster.sweep('own');
select muster.track('own', '60 s');

-- Beats kept apart; the key is text with a quote in it, the names need quoting too
create table "The Facts" ("Key" text primary key, kind text not null default 'x', born timestamptz, "left" timestamptz);
create unlogged table "The Beats" ("Fact" text primary key references "The Facts" on delete cascade, "Seen" timestamptz not null);
select muster.track('"The Facts"', '1 s', beats => '"The Beats"', beat_column => 'Seen',
  on_stale => '"left" = last.seen', live_when => '"left" is null and kind <> ''bot''', created_column => 'born');
begin;
insert into "The Facts" ("Key", kind, born) values
  ('fresh', 'x', '-infinity'), ('it''s "stale"', 'x', '-infinity'), ('edge', 'x', '-infinity'), ('a bot', 'bot', '-infinity'),
  ('silent', 'x', now() - '1 h'::interval), ('just born', 'x', now());
insert into "The Beats" values ('fresh', now() - '0.999999 s'::interval), ('it''s "stale"', now() - '2 s'::interval),
  ('edge', now() - '1 s'::interval), ('a bot', now() - '1 h'::interval);
select * from muster.sweep('"The Facts"');
select "Key", case when "Key" = 'silent' then 'when muster began to know' else (now() - "left")::text end as last_seen_before
from "The Facts" order by 1;
-- a beat of who was ended is gone: when it beats again it has to register again
select "Fact" from "The Beats" order by 1;
select * from muster.sweep('"The Facts"');
rollback;

-- A tenth of many, in more chunks than one, and nothing else
create table many (id bigint primary key);
create unlogged table many_beats (id bigint primary key references many on delete cascade, seen timestamptz not null);
select muster.track('many', '60 s', beats => 'many_beats');
insert into many select generate_series(1, 25000);
insert into many_beats select id, now() - case when id % 10 = 0 then '2 min' else '0' end::interval from many;
select * from muster.sweep('many');
select count(*), count(*) filter (where id % 10 = 0) as stale from many;
select count(*) as beats from many_beats;

-- After a crash the beats are gone, and everybody has one grace period
truncate many_beats;
truncate muster.beat_epoch;
select * from muster.sweep('many');
update muster.beat_epoch set since = '-infinity';
select muster.track('many', '1 s', beats => 'many_beats');
select * from muster.sweep('many');

-- A partitioned table
create table by_region (id integer primary key, seen timestamptz) partition by hash (id);
create table by_region_0 partition of by_region for values with (modulus 2, remainder 0);
create table by_region_1 partition of by_region for values with (modulus 2, remainder 1);
select muster.track('by_region', '60 s');
insert into by_region select i, now() - i * '20 s'::interval from generate_series(1, 6) as i;
select * from muster.sweep('by_region');
select id from by_region order by id;

-- All of them; a dropped one is forgotten, and one that fails stops no other
create table dropped (id integer primary key, seen timestamptz);
select muster.track('dropped', '60 s');
drop table dropped;
create table failing (id integer primary key, seen timestamptz, gone boolean not null default false check (not gone));
select muster.track('failing', '60 s', on_stale => 'gone = true', live_when => 'not gone');
insert into failing values (1, '-infinity');
insert into own values (1, '-infinity');
\set VERBOSITY terse
select * from muster.sweep();
\set VERBOSITY default
select count(*) as kept from failing;
select count(*) as left_over from muster.liveness where relation::text ~ '^\d+$';

-- Asked for by name, a failure is an error
\set VERBOSITY terse
select * from muster.sweep('failing');
\set VERBOSITY default
select * from muster.sweep('pg_class');
begin isolation level repeatable read;
select * from muster.sweep();
rollback;
begin read only;
select * from muster.sweep();
rollback;

-- An UPDATE that ends nothing: no endless loop
select muster.track('failing', '60 s', on_stale => 'seen = last.seen');
select * from muster.sweep('failing');

-- The owner's triggers find what they would find in a session of the owner
create table own_log (id integer);
create function log_own() returns trigger language plpgsql as $$ begin insert into own_log values (old.id); return old; end $$;
create trigger log_own before delete on own for each row execute function log_own();
insert into own values (7, '-infinity');
select * from muster.sweep('own');
table own_log;

select muster.untrack(relation) from muster.liveness order by relation::text;
drop table own, own_log, "The Beats", "The Facts", many_beats, many, by_region, failing;
drop function log_own;

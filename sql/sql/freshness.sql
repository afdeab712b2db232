-- now() stands still in a transaction, so the boundary can be met exactly
begin;
select age, muster.is_fresh(now() - age, interval '60 seconds')
from unnest(array['59.999999 s', '60 s', '60.000001 s', '0', '-1 day']::interval[]) as age;
select muster.is_fresh(null, interval '60 seconds') as never_seen, muster.is_fresh('-infinity', interval '1 century') as before_all,
  muster.is_fresh('infinity', interval '1 s') as after_all, muster.is_fresh(now(), null) as no_threshold;
commit;

-- it is inlined, and an index can serve it
create table seen (at timestamptz);
create index on seen (at);
set enable_seqscan = off;
set enable_bitmapscan = off;
explain (costs off) select from seen where muster.is_fresh(at, '60 seconds');
reset enable_seqscan;
reset enable_bitmapscan;
drop table seen;

-- the grace: never before the server's start, never in the future
select muster.beats_since() between pg_postmaster_start_time() and now() as as_it_should_be;
insert into muster.beat_epoch (since) values ('-infinity');
select muster.beats_since() = pg_postmaster_start_time() as no_crash_since;
-- as a crash would leave it
truncate muster.beat_epoch;
begin;
select muster.beats_since() = now() as first_look;
select from muster.sweep();
select since = now() as noted from muster.beat_epoch;
commit;
select muster.beats_since() < now() as and_kept;

\set SHOW_CONTEXT never
truncate muster.beat_epoch, muster.dirty_topic;
insert into muster.beat_epoch (since) values ('-infinity');
create table people (id integer primary key, room integer, who text, counted boolean not null default true);
create unlogged table people_beats (id integer primary key references people on delete cascade, seen timestamptz not null);
select muster.track('people', '60 s', beats => 'people_beats');
select muster.publish_count('people', 'people');
select muster.publish_count('guest', 'people', by => 'room', counted_when => 'counted', distinct_by => 'who');
-- half a second passes: the test ages what was computed
create procedure pass_half_a_second() language sql as $$ update muster.live_count_state set refreshed_at = refreshed_at - '500 ms'::interval $$;

insert into people (id, room, who) values (1, 1, 'ann'), (2, 1, 'bob'), (3, 2, 'ann'), (4, 2, 'ann'), (5, 2, 'cat'), (6, null, 'dan');
update people set counted = false where id = 5;
insert into people_beats select id, now() from people;
select distinct topic from muster.dirty_topic order by topic;
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;
-- nothing to do, nothing done
select muster.refresh_counts();
-- at most every half second: the second change waits
delete from people where id = 1;
select muster.refresh_counts();
update people set room = 1 where id = 3;
select muster.refresh_counts();
call pass_half_a_second();
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;
-- written only when the value changes
select sum(xmin::text::bigint) as versions from muster.live_count \gset
update people set who = 'eve' where id = 2;
call pass_half_a_second();
select muster.refresh_counts();
select sum(xmin::text::bigint) = :versions as unchanged from muster.live_count;

-- when it can fall next: min(seen) + stale_after
select s.due_at = min(b.seen) + '60 s'::interval as due_at_the_first_to_go_stale
from muster.live_count_state as s, people_beats as b where s.topic = 'people' group by s.due_at;
-- somebody goes stale, and no fact changes
update people_beats set seen = now() - '60 s'::interval where id = 2;
call pass_half_a_second();
select muster.refresh_counts(true);
select topic, value from muster.live_count order by topic;
-- he beats again, unswept: as long as he was stale it was looked at again
update people_beats set seen = now() where id = 2;
call pass_half_a_second();
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;

-- swept: the count follows
update people_beats set seen = now() - '60 s'::interval where id in (2, 6);
select * from muster.sweep('people');
call pass_half_a_second();
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;

-- the read path
select muster.live_value('people'), muster.live_value('guest:1'), muster.live_value('guest:99');
insert into people values (7, 1, 'fay');
insert into people_beats values (7, now());
select muster.live_value('people') as as_of_half_a_second_ago;
call pass_half_a_second();
select muster.live_value('people') as now_counted;
select value from muster.live_count where topic = 'people';
-- a value nobody was counted for leaves no trace
select count(*) as traces from muster.live_count_state where topic = 'guest:99';
-- where nothing may be written, it counts and writes nothing
insert into people values (8, 1, 'gus');
insert into people_beats values (8, now());
call pass_half_a_second();
begin read only;
select muster.live_value('people');
rollback;
begin isolation level repeatable read;
select muster.live_value('people');
commit;
select value from muster.live_count where topic = 'people';
\set VERBOSITY terse
select muster.live_value('nobody');
select muster.live_value('guest:x');
select muster.live_value(null);
\set VERBOSITY default

-- truncate is a change like any other
truncate people cascade;
call pass_half_a_second();
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;

-- after a crash: bookkeeping and queue are empty, and everything is counted again
insert into people values (9, 1, 'hal');
insert into people_beats values (9, now());
truncate muster.dirty_topic, muster.live_count_state, muster.beat_epoch;
select muster.refresh_counts();
select topic, value from muster.live_count order by topic;

-- a count that fails is a warning, and stops no other
alter table people rename column who to name;
insert into people values (10, 1, 'ida');
insert into people_beats values (10, now());
call pass_half_a_second();
\set VERBOSITY terse
select muster.refresh_counts();
\set VERBOSITY default
select topic, value from muster.live_count order by topic;
alter table people rename column name to who;

-- no longer kept
select muster.unpublish_count('guest');
select topic from muster.live_count order by topic;
-- a partitioned table, counted by a column with an odd name
create table halls (id integer primary key, "Which Hall" text, seen timestamptz) partition by hash (id);
create table halls_0 partition of halls for values with (modulus 1, remainder 0);
select muster.track('halls', '60 s');
insert into halls values (1, 'it''s', now());
select muster.publish_count('hall', 'halls', by => 'Which Hall');
insert into halls values (2, 'it''s', now()), (3, 'b:c', now());
update halls set "Which Hall" = 'moved' where id = 3;
select muster.refresh_counts();
select topic, value from muster.live_count where topic like 'hall:%' order by topic;
select muster.live_value('hall:it''s');

select muster.untrack('people'), muster.untrack('halls');
select count(*) as values_left from muster.live_count;
drop procedure pass_half_a_second;
drop table people_beats, people, halls;

-- Who may do what, and as whom it is done
\set SHOW_CONTEXT never
set client_min_messages = warning;
drop role if exists regress_muster_alice, regress_muster_bob, regress_muster_clerk, regress_muster_client,
  regress_muster_installer, regress_muster_super, "regress_muster Odd";
reset client_min_messages;
create role regress_muster_super superuser login;
set session authorization regress_muster_super;
create role regress_muster_alice;
create role regress_muster_bob;
create role regress_muster_clerk;
create role regress_muster_client;
create role "regress_muster Odd";

select muster.grant_access('regress_muster_alice', 'owner');
select muster.grant_access('regress_muster_bob', 'owner');
select muster.grant_access('"regress_muster Odd"', 'owner');
select muster.grant_access('regress_muster_clerk', 'operator');
select muster.grant_access('regress_muster_client', 'client');
select muster.grant_access('regress_muster_client', 'everything');
select muster.grant_access('regress_muster_client', null);

-- what each may call
select a.grantee::regrole, array_agg(p.proname order by p.proname)
from pg_proc as p
cross join lateral aclexplode(p.proacl) as a
where p.pronamespace = 'muster'::regnamespace
  and a.grantee in ('regress_muster_client'::regrole, 'regress_muster_clerk'::regrole)
group by a.grantee order by a.grantee::regrole::text;

create schema alice authorization regress_muster_alice;
create schema bob authorization regress_muster_bob;

set role regress_muster_client;
select muster.is_fresh(now(), '1 s'), muster.uid();
select muster.sweep();
select muster.track('pg_class', '1 s');
table muster.liveness;
table muster.live_count_state;
reset role;

-- an owner puts her own tables on the roll
set role regress_muster_alice;
create table alice.sessions (id integer primary key, seen timestamptz);
select muster.track('alice.sessions', '60 s');
select muster.publish_count('alice', 'alice.sessions');
select muster.schedule('hers', '30 seconds', 'create table alice.made_by_job ()');
insert into alice.sessions values (1, now()), (2, '-infinity');
grant usage on schema alice to regress_muster_bob;
select relation from muster.liveness;

-- and nobody else's
set role regress_muster_bob;
table muster.liveness;
table muster.live_topic;
table muster.job;
select muster.track('alice.sessions', '60 s');
select muster.publish_count('bobs', 'alice.sessions');
select muster.untrack('alice.sessions'), muster.unpublish_count('alice'), muster.unschedule('hers');
insert into muster.liveness values ('alice.sessions', 'id', 'alice.sessions', 'id', 'seen', null, '1 s');
insert into muster.job values ('x', 'regress_muster_alice', '* * * * *', 'select 1', now());
select muster.sweep_relation('alice.sessions');
select muster.deputy_regress_muster_alice('sweep', '{}');
select muster.delegate('regress_muster_alice'::regrole, 'sweep', '{}');
select muster.perform('regress_muster_alice', 'sweep', '{}');
reset role;

-- the clerk, who may read nothing, sweeps, counts and runs; it is done as the owner
set role regress_muster_clerk;
select count(*) from alice.sessions;
select * from muster.sweep();
select muster.live_value('alice');
select refreshed > 0 as refreshed, ran, failed from muster.tick();
reset role;
update muster.job set next_run_at = now();
set role regress_muster_clerk;
select * from muster.run_due_jobs();
reset role;
select relowner::regrole from pg_class where oid = 'alice.made_by_job'::regclass;

-- whoever writes the facts, the queue gets to know
grant insert on alice.sessions to regress_muster_client;
grant usage on schema alice to regress_muster_client;
set role regress_muster_client;
insert into alice.sessions values (3, now());
reset role;
select topic from muster.dirty_topic;

-- a trigger's author gets no further than himself, whoever sweeps
set role regress_muster_bob;
create table bob.sessions (id integer primary key, seen timestamptz);
create table bob.log (line integer generated always as identity, what text);
create function bob.spy() returns trigger language plpgsql as $$
declare
  attempt text;
begin
  insert into bob.log (what) values ('I am ' || current_user);
  foreach attempt in array array['reset role', 'set role none', 'set local role regress_muster_super', 'set session authorization default',
    'reset session authorization', 'discard all', 'select set_config(''role'', ''none'', false)',
    'set session_replication_role = replica'] loop
    begin
      execute attempt;
      insert into bob.log (what) values (attempt || ': now I am ' || current_user);
    exception
      when others then insert into bob.log (what) values (attempt || ': ' || sqlerrm);
    end;
  end loop;
  return old;
end
$$;
create trigger spy before delete on bob.sessions for each row execute function bob.spy();
select muster.track('bob.sessions', '60 s');
insert into bob.sessions values (1, '-infinity');
reset role;
select * from muster.sweep('bob.sessions');
select what from bob.log order by line;
select current_user = session_user as unchanged;
truncate bob.log;

-- the same for expressions, and when an error comes out of it
set role regress_muster_bob;
create function bob.failing() returns boolean language plpgsql as $$
begin
  raise exception 'I was %', current_user;
end
$$;
select muster.track('bob.sessions', '60 s', live_when => 'bob.failing()');
insert into bob.sessions values (2, '-infinity');
reset role;
select * from muster.sweep('bob.sessions');
select current_user = session_user as unchanged;
update muster.liveness set live_when = 'true' where relation = 'bob.sessions'::regclass;
set role regress_muster_bob;
drop trigger spy on bob.sessions;

-- what he defers runs before he is left again, or not at all in a session that may do more
select current_setting('server_version_num')::int >= 180000 as deferred_code_keeps_its_role;
create constraint trigger later after delete on bob.sessions deferrable initially deferred
  for each row execute function bob.spy();
reset role;
select * from muster.sweep('bob.sessions');
select what from bob.log order by line;
reset session authorization;
set session authorization regress_muster_clerk;
select * from muster.sweep();
reset session authorization;
set session authorization regress_muster_super;
select what from bob.log order by line limit 1;
set role regress_muster_bob;
drop trigger later on bob.sessions;

-- his deputy is his, but it is no way to the installer
alter function muster.deputy_regress_muster_bob(text, text[]) security invoker;
create or replace function muster.deputy_regress_muster_bob(task text, subject text[]) returns jsonb
  language sql as 'select null::jsonb';
insert into bob.sessions values (3, '-infinity');
reset role;
select * from muster.sweep('bob.sessions');
drop function muster.deputy_regress_muster_bob(text, text[]);
select * from muster.sweep('bob.sessions');

-- a cast of his own is not called with the rights of the queue
set role regress_muster_bob;
create type bob.room as (number integer);
create function bob.as_text(bob.room) returns text language plpgsql as $$
begin
  return 'cast as ' || current_user;
end
$$;
create cast (bob.room as text) with function bob.as_text(bob.room);
create table bob.guests (id integer primary key, room bob.room, seen timestamptz);
select muster.track('bob.guests', '60 s');
select muster.publish_count('bob', 'bob.guests', by => 'room');
insert into bob.guests values (1, row(7), now());
reset role;
select topic from muster.dirty_topic where topic like 'bob%';

-- a role whose name needs quoting
create schema odd authorization "regress_muster Odd";
set role "regress_muster Odd";
create table odd.sessions (id integer primary key, seen timestamptz);
select muster.track('odd.sessions', '60 s');
select muster.schedule('odd', '30 seconds', 'select 1');
insert into odd.sessions values (1, '-infinity');
reset role;
select * from muster.sweep('odd.sessions');
update muster.job set next_run_at = now() where name = 'odd';
select * from muster.run_due_jobs();

-- an installer that is no superuser acts only for roles it is a member of
set client_min_messages = warning;
drop database if exists regress_muster_plain;
create role regress_muster_installer;
create database regress_muster_plain owner regress_muster_installer;
\getenv srcdir PG_ABS_SRCDIR
\set script :srcdir '/muster--1.0.sql'
\c regress_muster_plain
set client_min_messages = warning;
set role regress_muster_installer;
\set ECHO none
\i :script
\set ECHO all
create table own (id integer primary key, seen timestamptz);
select muster.track('own', '60 s');
select muster.grant_access('regress_muster_alice', 'owner');
reset role;
create schema alice authorization regress_muster_alice;
set role regress_muster_alice;
create table alice.sessions (id integer primary key, seen timestamptz);
select muster.track('alice.sessions', '60 s');
reset role;
grant regress_muster_alice to regress_muster_installer;
set role regress_muster_alice;
select muster.track('alice.sessions', '60 s');
insert into alice.sessions values (1, '-infinity');
set role regress_muster_installer;
select * from muster.sweep();
select has_schema_privilege('regress_muster_alice', 'muster', 'create') as lent_for_good;

-- a trusted extension belongs to who asked for it, not to the superuser that ran its script
reset role;
drop schema alice cascade;
drop schema muster cascade;
set role regress_muster_installer;
create extension muster;
select count(*) as not_the_installers
from pg_depend as d
left join pg_proc as p on d.classid = 'pg_proc'::regclass and p.oid = d.objid
left join pg_class as c on d.classid = 'pg_class'::regclass and c.oid = d.objid
where d.refclassid = 'pg_extension'::regclass and d.deptype = 'e'
  and d.refobjid = (select oid from pg_extension where extname = 'muster')
  and coalesce(p.proowner, c.relowner) <> 'regress_muster_installer'::regrole;
\c contrib_regression
set client_min_messages = warning;
drop database regress_muster_plain;

select muster.untrack(relation) is not null as untracked from muster.liveness;
drop owned by regress_muster_alice, regress_muster_bob, regress_muster_clerk, regress_muster_client, "regress_muster Odd" cascade;
delete from muster.job;
drop role regress_muster_alice, regress_muster_bob, regress_muster_clerk, regress_muster_client,
  regress_muster_installer, regress_muster_super, "regress_muster Odd";

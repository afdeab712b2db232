-- What a reviewer would look for, looked for by a machine. muster.live_count is part of it, and so is a deputy.
create extension plpgsql_check;
create role regress_muster_owner;
select muster.create_live_count();
select muster.appoint_deputy('regress_muster_owner'::regrole);

-- plpgsql_check, with everything it can warn of
select p.oid::regprocedure as routine, c.finding
from pg_proc as p
join pg_language as l on l.oid = p.prolang
cross join lateral plpgsql_check_function(
  p.oid,
  relid => case when p.prorettype = 'trigger'::regtype then 'muster.job'::regclass else 0 end,
  oldtable => case when p.prorettype = 'trigger'::regtype then 'old_rows' end,
  newtable => case when p.prorettype = 'trigger'::regtype then 'new_rows' end,
  other_warnings => true, performance_warnings => true, extra_warnings => true,
  security_warnings => true, compatibility_warnings => true) as c (finding)
where p.pronamespace = 'muster'::regnamespace and l.lanname = 'plpgsql';
select count(*) > 25 as enough_were_checked
from pg_proc as p join pg_language as l on l.oid = p.prolang
where p.pronamespace = 'muster'::regnamespace and l.lanname = 'plpgsql';

-- every object says what it is for
select pg_describe_object(o.classid, o.objid, 0) as without_comment
from (
  select 'pg_proc'::regclass, oid, obj_description(oid, 'pg_proc') from pg_proc where pronamespace = 'muster'::regnamespace
  union all
  select 'pg_class', oid, obj_description(oid, 'pg_class') from pg_class
  where relnamespace = 'muster'::regnamespace and (relkind = 'r' or relkind = 'i' and relname !~ '_pkey$')
  union all
  select 'pg_policy', p.oid, obj_description(p.oid, 'pg_policy') from pg_policy as p join pg_class as c on c.oid = p.polrelid
  where c.relnamespace = 'muster'::regnamespace
) as o (classid, objid, description)
where o.description is null;

-- nobody has a right that was not given by name
select p.oid::regprocedure as open_to_all
from pg_proc as p
where p.pronamespace = 'muster'::regnamespace
  and exists (select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a where a.grantee = 0);
select c.oid::regclass as open_to_all
from pg_class as c
where c.relnamespace = 'muster'::regnamespace and exists (select from aclexplode(c.relacl) as a where a.grantee = 0);

-- with the owner's rights only under a fixed search_path that has pg_temp last
select p.oid::regprocedure as unsafe
from pg_proc as p
where p.pronamespace = 'muster'::regnamespace and p.prosecdef
  and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false);
select p.oid::regprocedure as definer from pg_proc as p
where p.pronamespace = 'muster'::regnamespace and p.prosecdef order by 1;

drop owned by regress_muster_owner;
drop role regress_muster_owner;
drop table muster.live_count;

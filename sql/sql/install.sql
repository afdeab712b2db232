-- The extension finds the schema that the migration runner has made, and leaves the runner's table alone.
create schema muster;
create table muster.history (version text primary key);
create extension muster;
select pg_describe_object(classid, objid, 0) as adopted
from pg_depend
where refclassid = 'pg_extension'::regclass
  and refobjid = (select oid from pg_extension where extname = 'muster')
  and objid in ('muster'::regnamespace, 'muster.history'::regclass);

-- The plain script makes the same objects.
\getenv srcdir PG_ABS_SRCDIR
\set script :srcdir '/muster--1.0.sql'
\getenv builddir PG_ABS_BUILDDIR
\set fingerprint :srcdir '/sql/fingerprint.psql'
\set extension_objects :builddir '/results/objects.extension'
\set script_objects :builddir '/results/objects.script'
drop table muster.history;
\set ECHO none
\o :extension_objects
\i :fingerprint
\o
\set ECHO all
drop extension muster;
select count(*) as left_behind from pg_proc where pronamespace = 'muster'::regnamespace;
drop schema muster;

set client_min_messages = warning;
\set ECHO none
\i :script
\o :script_objects
\i :fingerprint
\o
\set ECHO all
\set compare 'cmp ' :extension_objects ' ' :script_objects ' && echo the same objects'
\setenv COMPARE :compare
\! sh -c "$COMPARE"
\set measure 'test $(wc -l < ' :script_objects ') -gt 100 && echo more than a hundred'
\setenv MEASURE :measure
\! sh -c "$MEASURE"

drop schema muster cascade;
create extension muster;

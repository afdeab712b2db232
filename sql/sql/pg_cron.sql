-- Runs where pg_cron works for a database of this test, cron.database_name = regress_muster_cron. Anywhere else it ends
-- here, and that is right too.
select coalesce(current_setting('cron.database_name', true) = 'regress_muster_cron', false) as here \gset
\if :here
\else
\quit
\endif
set client_min_messages = warning;
select not exists (select from pg_database where datname = 'regress_muster_cron') as missing \gset
\if :missing
create database regress_muster_cron;
\endif
\c regress_muster_cron
set client_min_messages = warning;
drop extension if exists muster cascade;
drop extension if exists pg_cron;
drop schema if exists muster cascade;
create extension muster;
create extension pg_cron;
reset client_min_messages;
-- what pg_cron takes goes there, and only there
select muster.schedule('nightly', '0 1 * * *', 'select 1');
select jobname, schedule, command from cron.job order by jobname;
select count(*) as here from muster.job;
-- seconds go there only from 1.5; before, they are kept here, and a minute's job is the backstop
select muster.schedule('often', '30 seconds', 'select 2') = case when extversion ~ '^1\.[0-4]\M' then 'muster' else 'pg_cron' end as as_it_should_be
from pg_extension where extname = 'pg_cron';
select muster.schedule('rarely', '90 seconds', 'select 3');
select jobname, schedule, command from cron.job where jobname <> 'often' order by jobname;
-- from one place to the other, never in both
select muster.schedule('nightly', '90 seconds', 'select 1');
select jobname from cron.job where jobname = 'nightly' union all select 'here: ' || name from muster.job where name = 'nightly';
select muster.schedule('nightly', '0 2 * * *', 'select 1');
select jobname || ' ' || schedule from cron.job where jobname = 'nightly' union all select 'here: ' || name from muster.job where name = 'nightly';
select muster.unschedule(name) from (values ('nightly'), ('often'), ('rarely'), ('muster-tick'), ('nightly')) as given (name);
select (select count(*) from cron.job) as there, (select count(*) from muster.job) as here;
set client_min_messages = warning;
drop extension pg_cron;
drop extension muster;
drop schema muster;

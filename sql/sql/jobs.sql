\set SHOW_CONTEXT never
create table ran (what text, who text);
select muster.schedule('every-minute', '* * * * *', $$insert into ran values ('every-minute', current_user)$$);
select muster.schedule('failing', '30 seconds', 'select 1 / 0');
select muster.schedule('two-statements', '@daily', $$insert into ran values ('two'); insert into ran values ('statements')$$);
select name, username = current_user as mine, schedule, next_run_at > now() as due_later, runs from muster.job order by name;
select * from muster.run_due_jobs();

-- due: each runs once, the error is kept, and stops no other
update muster.job set next_run_at = now() - '3 days'::interval;
select job, error from muster.run_due_jobs() order by job;
select job, error from muster.run_due_jobs();
select what, who = current_user as as_me from ran order by what;
select name, runs, failures, last_error, last_finished_at >= last_started_at as finished, next_run_at > now() as due_later
from muster.job order by name;

-- replaced, and unchanged when it is the same
select muster.schedule('failing', '30 seconds', 'select 1');
update muster.job set next_run_at = '-infinity' where name = 'failing';
select muster.schedule('failing', '30 seconds', 'select 1');
select next_run_at from muster.job where name = 'failing';
select * from muster.tick();
select name, runs, failures, last_error from muster.job where name = 'failing';

select muster.schedule('', '* * * * *', 'select 1');
select muster.schedule('nothing', '* * * * *', ' ');
select muster.schedule('badly', 'every day', 'select 1');
select muster.unschedule(name) from (values ('every-minute'), ('failing'), ('two-statements'), ('unknown')) as given (name);
select count(*) from muster.job;

-- a job cannot end the transaction it runs in
select muster.schedule('commit', '@daily', 'commit');
update muster.job set next_run_at = '-infinity';
select job, error from muster.run_due_jobs();
select muster.unschedule('commit');
drop table ran;

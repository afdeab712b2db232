-- When a schedule is due next. Expected instants were worked out by hand.
\set SHOW_CONTEXT never
set timezone = 'America/New_York';
select schedule, after, muster.next_run(schedule, after::timestamptz) at time zone 'UTC' as next_run
from (values
  ('* * * * *', '2026-11-21 07:00:00Z'),
  ('* * * * *', '2026-11-21 07:00:59.999Z'),
  ('0 1 * * *', '2026-11-21 01:00:00Z'),
  ('0 1 * * *', '2026-11-21 00:59:59.999999Z'),
  ('*/5 * * * *', '2026-11-21 07:03:00Z'),
  ('*/40 * * * *', '2026-11-21 07:41:00Z'),
  ('5/20 * * * *', '2026-11-21 07:06:00Z'),
  ('10-20/5,50 * * * *', '2026-11-21 07:15:00Z'),
  ('10-20/5,50 * * * *', '2026-11-21 07:20:00Z'),
  ('0 0 1 1 *', '2026-11-21 07:00:00Z'),
  ('0 0 1 JAN *', '2026-11-21 07:00:00Z'),
  ('0 12 * mar-apr mon', '2026-11-21 07:00:00Z'),
  ('0 0 * * 0', '2026-11-21 07:00:00Z'),
  ('0 0 * * 7', '2026-11-21 07:00:00Z'),
  ('0 0 * * sun', '2026-11-21 07:00:00Z'),
  ('0 0 * * 5-7', '2026-11-21 07:00:00Z'),
  -- both days restricted: either will do
  ('0 0 13 * fri', '2026-11-21 07:00:00Z'),
  ('0 0 23 * fri', '2026-11-21 07:00:00Z'),
  -- a day that begins with a star restricts, but does not make it "either"
  ('0 0 */2 * mon', '2026-11-21 07:00:00Z'),
  ('0 0 29 2 *', '2026-11-21 07:00:00Z'),
  ('0 0 29 2 *', '2096-03-01 00:00:00Z'),
  ('0 0 31 * *', '2026-11-21 07:00:00Z'),
  ('59 23 31 12 *', '2026-12-31 23:59:00Z'),
  ('  0   1  *  *  * ', '2026-11-21 07:00:00Z'),
  ('@hourly', '2026-11-21 07:00:00Z'),
  ('@daily', '2026-11-21 07:00:00Z'),
  ('@weekly', '2026-11-21 07:00:00Z'),
  ('@monthly', '2026-11-21 07:00:00Z'),
  ('@yearly', '2026-11-21 07:00:00Z'),
  ('1 second', '2026-11-21 07:00:00.5Z'),
  ('30 seconds', '2026-11-21 07:00:00Z'),
  ('90 Seconds', '2026-11-21 07:00:00Z')
) as given (schedule, after);
reset timezone;

create procedure try(schedule text) language plpgsql as $$
begin
  raise info '%: %', schedule, muster.next_run(schedule, '2026-11-21 07:00:00Z');
exception
  when invalid_parameter_value then raise info '%: %', quote_nullable(schedule), sqlerrm;
end
$$;
do $$
declare
  schedule text;
begin
  foreach schedule in array array[null, '', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * 32 * *',
    '* * * 13 *', '* * * * 8', '5-1 * * * *', '*/0 * * * *', '*-5 * * * *', ', * * * *', '1, * * * *', '-1 * * * *', '1.5 * * * *',
    'mon * * * *', '* * * foo *', '0 0 30 2 *', '0 seconds', '5 minutes', '@reboot', '99999 * * * *', '1-2-3 * * * *', '* * 1 * *; select 1']
  loop
    call try(schedule);
  end loop;
end
$$;
drop procedure try;
select muster.next_run('61 * * * *', now());

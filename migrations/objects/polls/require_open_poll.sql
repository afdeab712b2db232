create function public.require_open_poll(poll bigint) returns void
language plpgsql set search_path = ''
as $$
declare
  poll_status text;
begin
  select asked.status into poll_status from public.polls as asked where asked.id = poll;
  if poll_status is null then
    raise exception using
      errcode = 'MU002',
      message = 'there is no such poll',
      detail = pg_catalog.format('No poll has the id %s.', poll),
      hint = 'Read public.polls for those there are.';
  elsif poll_status = 'draft' then
    raise exception using
      errcode = 'MU003',
      message = 'this poll is not open yet',
      detail = pg_catalog.format('Poll %s is a draft.', poll),
      hint = 'Hold and vote once its status is active.';
  elsif poll_status = 'closed' then
    raise exception using
      errcode = 'MU004',
      message = 'this poll is closed',
      detail = pg_catalog.format('Poll %s is closed.', poll),
      hint = 'Read public.poll_results for how it ended.';
  end if;
end
$$;
comment on function public.require_open_poll(bigint) is 'Refuses unless the poll can be voted in';

revoke all on function public.require_open_poll(bigint) from public, anon, authenticated, service_role;

create function public.require_alive(standing public.hold_states) returns void
language plpgsql set search_path = ''
as $$
begin
  if standing.state = 'vote_cast' then
    raise exception using
      errcode = 'MU009',
      message = 'you have already voted in this poll',
      detail = pg_catalog.format('Hold %s has cast your vote.', standing.hold_id),
      hint = 'A user has one vote in each poll.';
  elsif standing.ended_at is not null then
    raise exception using
      errcode = 'MU006',
      message = 'this hold is over',
      detail = pg_catalog.format('Hold %s ended at %s.', standing.hold_id, standing.ended_at),
      hint = 'Press again with start_hold, and call hold_heartbeat every 3 s while holding.';
  end if;
end
$$;
comment on function public.require_alive(public.hold_states) is
  'Refuses a hold that was released, voted with or left to lapse';

revoke all on function public.require_alive(public.hold_states) from public, anon, authenticated, service_role;

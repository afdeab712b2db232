create function public.cast_vote(hold bigint, option bigint) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  standing public.hold_states;
begin
  standing := public.lock_own_hold(hold);
  perform public.require_alive(standing);
  if standing.state = 'holding' then
    raise exception using
      errcode = 'MU007',
      message = 'the button was not held long enough',
      detail = pg_catalog.format('Hold %s began %s ago.', hold, pg_catalog.now() - standing.started_at),
      hint = 'Hold it for 3 s by the server''s clock, then call cast_vote.';
  end if;
  perform pg_catalog.pg_advisory_xact_lock_shared(
    pg_catalog.hashtextextended('public.polls', standing.poll_id));
  perform public.require_open_poll(standing.poll_id);
  if not exists (
    select from public.poll_options as present
    where present.id = option and present.poll_id = standing.poll_id
  ) then
    raise exception using
      errcode = 'MU008',
      message = 'this poll has no such option',
      detail = pg_catalog.format('Poll %s has no option %s.', standing.poll_id, option),
      hint = 'Read public.poll_options for those it has.';
  end if;
  insert into public.user_votes (poll_id, user_id, option_id, hold_id)
  values (standing.poll_id, standing.user_id, option, hold)
  on conflict (poll_id, user_id) do nothing;
  if not found then
    raise exception using
      errcode = 'MU009',
      message = 'you have already voted in this poll',
      detail = pg_catalog.format('Poll %s has your vote from another hold.', standing.poll_id),
      hint = 'A user has one vote in each poll.';
  end if;
  perform public.end_hold(hold);
  return 'vote_cast';
end
$$;
comment on function public.cast_vote(bigint, bigint) is
  'The caller votes with a hold of at least 3 s that is alive; the vote ends the hold';

revoke all on function public.cast_vote(bigint, bigint) from public, anon, authenticated, service_role;
grant execute on function public.cast_vote(bigint, bigint) to authenticated;

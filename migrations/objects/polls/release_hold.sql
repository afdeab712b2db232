create function public.release_hold(hold bigint) returns text
language plpgsql security definer set search_path = ''
as $$
begin
  perform public.lock_own_hold(hold);
  perform public.end_hold(hold);
  return (select standing.state from public.hold_states as standing where standing.hold_id = hold);
end
$$;
comment on function public.release_hold(bigint) is
  'The caller lets go; returns how the hold ended: cancelled, error, or vote_cast. Harmless when it is over'
  ' already';

revoke all on function public.release_hold(bigint) from public, anon, authenticated, service_role;
grant execute on function public.release_hold(bigint) to authenticated;

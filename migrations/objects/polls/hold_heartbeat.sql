create function public.hold_heartbeat(hold bigint) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  is_alive boolean;
begin
  -- A stale beat is found, too, and left as it is: an UPDATE that waits for a row and then finds it stale would
  -- keep it locked, and going on to the hold from there is the wrong way round.
  update public.button_hold_beats as beat
  set seen = case when muster.is_fresh(beat.seen, interval '10 seconds') then pg_catalog.now() else beat.seen end
  from public.button_holds as fact
  where beat.hold_id = hold and fact.id = hold and fact.user_id = auth.uid() and fact.is_active
  returning beat.seen = pg_catalog.now() into is_alive;

  if is_alive is null then
    perform public.require_alive(public.lock_own_hold(hold));
    insert into public.button_hold_beats (hold_id) values (hold)
    on conflict (hold_id) do update set seen = excluded.seen;
  elsif not is_alive then
    perform public.require_alive(standing) from public.hold_states as standing where standing.hold_id = hold;
  end if;
  return (select standing.state from public.hold_states as standing where standing.hold_id = hold);
end
$$;
comment on function public.hold_heartbeat(bigint) is
  'The caller still holds; returns holding or, once a vote can be cast, validating';

revoke all on function public.hold_heartbeat(bigint) from public, anon, authenticated, service_role;
grant execute on function public.hold_heartbeat(bigint) to authenticated;

create function public.start_hold(poll bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  started bigint;
begin
  if caller is null then
    raise exception using
      errcode = 'MU001',
      message = 'you are not signed in',
      detail = 'A hold belongs to a user, and the request names none.',
      hint = 'Sign in, then press the button.';
  end if;
  perform public.require_open_poll(poll);
  -- The latest press wins: what another tab, or this one before a reload, still holds ends here.
  while started is null loop
    perform public.end_hold(fact.id)
    from public.button_holds as fact
    where fact.user_id = caller and fact.poll_id = poll and fact.is_active;
    insert into public.button_holds (user_id, poll_id) values (caller, poll)
    on conflict (user_id, poll_id) where is_active do nothing
    returning id into started;
  end loop;
  insert into public.button_hold_beats (hold_id) values (started);
  return started;
end
$$;
comment on function public.start_hold(bigint) is
  'The caller presses the button of a poll; returns the hold, to beat every 3 s';

revoke all on function public.start_hold(bigint) from public, anon, authenticated, service_role;
grant execute on function public.start_hold(bigint) to authenticated;

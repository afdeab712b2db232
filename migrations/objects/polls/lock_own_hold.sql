create function public.lock_own_hold(hold bigint) returns public.hold_states
language plpgsql set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  standing public.hold_states;
begin
  if caller is null then
    raise exception using
      errcode = 'MU001',
      message = 'you are not signed in',
      detail = 'A hold belongs to a user, and the request names none.',
      hint = 'Sign in, then press the button.';
  end if;
  perform from public.button_holds as fact where fact.id = hold and fact.user_id = caller for no key update;
  if not found then
    raise exception using
      errcode = 'MU005',
      message = 'you have no such hold',
      detail = pg_catalog.format('None of your holds has the id %s.', hold),
      hint = 'Call start_hold and use the id that it returns.';
  end if;
  select * into strict standing from public.hold_states as state where state.hold_id = hold;
  return standing;
end
$$;
comment on function public.lock_own_hold(bigint) is
  'Where the caller''s own hold stands; nobody can change it meanwhile';

revoke all on function public.lock_own_hold(bigint) from public, anon, authenticated, service_role;

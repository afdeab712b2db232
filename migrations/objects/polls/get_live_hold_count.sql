create function public.get_live_hold_count() returns bigint
language sql security definer set search_path = ''
return muster.live_value('button_holds');
comment on function public.get_live_hold_count() is
  'How many hold a button right now; at most half a second old';

revoke all on function public.get_live_hold_count() from public, anon, authenticated, service_role;
grant execute on function public.get_live_hold_count() to anon, authenticated, service_role;

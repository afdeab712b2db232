-- In PL/pgSQL, because a SECURITY DEFINER function in SQL is planned again at each call.
create function public.get_active_user_count() returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
begin
  return muster.live_value('active_users');
end
$$;
comment on function public.get_active_user_count() is 'How many sessions are here, at most a second old';

revoke all on function public.get_active_user_count() from public, anon, authenticated, service_role;
grant execute on function public.get_active_user_count() to anon, authenticated, service_role;

-- In PL/pgSQL, which keeps its plan: each policy that asks would plan a function in SQL again.
create function public.is_admin() returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (
    select from public.profiles as profile
    where profile.id = (select auth.uid()) and profile.role = 'admin'
  );
end
$$;
comment on function public.is_admin() is 'Whether the operator has made the caller an admin';

revoke all on function public.is_admin() from public, anon, authenticated, service_role;
grant execute on function public.is_admin() to authenticated, service_role;

create function public.require_admin() returns void
language plpgsql set search_path = ''
as $$
begin
  if pg_catalog.row_security_active('public.heartbeats')
    and not pg_catalog.pg_has_role('service_role', 'usage') and not public.is_admin()
  then
    raise insufficient_privilege using
      message = 'only admins see the traffic',
      detail = 'The request is not signed in as an admin.',
      hint = 'The operator makes admins: update public.profiles set role = ''admin'' where id = …';
  end if;
end
$$;
comment on function public.require_admin() is
  'Refuses who could read nothing anyway: zeros would look like an answer. The policies decide, this says so';

revoke all on function public.require_admin() from public, anon, authenticated, service_role;
grant execute on function public.require_admin() to authenticated, service_role;

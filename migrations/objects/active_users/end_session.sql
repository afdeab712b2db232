create function public.end_session(session_id text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  delete from public.active_users as session where session.session_id = end_session.session_id;
end
$$;
comment on function public.end_session(text) is 'A session has left; one that is not on the roll is no error';

revoke all on function public.end_session(text) from public, anon, authenticated, service_role;
grant execute on function public.end_session(text) to anon, authenticated, service_role;

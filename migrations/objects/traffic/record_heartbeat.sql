create function public.record_heartbeat(session_id text, page_path text) returns void
language plpgsql
as $$
begin
  insert into public.heartbeats (session_id, page_path)
  values (record_heartbeat.session_id, record_heartbeat.page_path);
end
$$;
comment on function public.record_heartbeat(text, text) is
  'This session is reading this page; to be called every 30 s';

revoke all on function public.record_heartbeat(text, text) from public, anon, authenticated, service_role;
grant execute on function public.record_heartbeat(text, text) to anon, authenticated, service_role;

create function public.record_heartbeats(batch jsonb) returns bigint
language plpgsql set search_path = ''
as $$
declare
  recorded bigint;
begin
  insert into public.heartbeats (session_id, user_id, page_path)
  select beat.session_id, beat.user_id, beat.page_path
  from pg_catalog.jsonb_to_recordset(batch) as beat (session_id text, user_id uuid, page_path text);
  get diagnostics recorded = row_count;
  return recorded;
end
$$;
comment on function public.record_heartbeats(jsonb) is
  'For gateways: many beats at once, as [{"session_id": …, "user_id": …, "page_path": …}, …]; returns the'
  ' number of them';

revoke all on function public.record_heartbeats(jsonb) from public, anon, authenticated, service_role;
grant execute on function public.record_heartbeats(jsonb) to service_role;

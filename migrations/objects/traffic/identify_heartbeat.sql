create function public.identify_heartbeat() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.user_id := auth.uid();
  return new;
end
$$;
comment on function public.identify_heartbeat() is
  'The user of a beat is the caller, whatever the client says';

create trigger identify_heartbeat before insert on public.heartbeats
  for each row
  when (not pg_catalog.has_column_privilege('public.heartbeats'::regclass, 'created_at', 'insert'))
  execute function public.identify_heartbeat();
comment on trigger identify_heartbeat on public.heartbeats is
  'For all but those who may write history: the owner, the seeder and the service';

revoke all on function public.identify_heartbeat() from public, anon, authenticated, service_role;

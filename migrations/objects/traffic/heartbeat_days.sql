create function public.heartbeat_days() returns setof date
language sql stable set search_path = ''
begin atomic
  select pg_catalog.to_date(pg_catalog.right(part.relname, 8), 'YYYYMMDD')
  from pg_catalog.pg_inherits as child
  join pg_catalog.pg_class as part on part.oid = child.inhrelid
  where child.inhparent = 'public.heartbeats'::regclass and part.relname ~ '^heartbeats_\d{8}$';
end;
comment on function public.heartbeat_days() is 'The UTC days that have a partition';

revoke all on function public.heartbeat_days() from public, anon, authenticated, service_role;

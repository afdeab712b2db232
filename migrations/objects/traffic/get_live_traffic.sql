create function public.get_live_traffic()
returns table (
  active_users bigint,
  active_sessions bigint,
  authenticated_users bigint,
  anonymous_sessions bigint,
  top_pages jsonb
)
language plpgsql set search_path = ''
as $$
begin
  perform public.require_admin();
  return query
  with recent as materialized (
    select live.user_id, live.page_path
    from public.live_sessions as live
    where muster.is_fresh(live.seen, interval '60 seconds')
  )
  select
    pg_catalog.count(distinct session.user_id),
    pg_catalog.count(*),
    pg_catalog.count(session.user_id),
    pg_catalog.count(*) filter (where session.user_id is null),
    (
      select coalesce(
        pg_catalog.jsonb_agg(
          pg_catalog.jsonb_build_object('path', page.path, 'count', page.sessions)
          order by page.sessions desc, page.path collate "C"),
        '[]')
      from (
        select reading.page_path as path, pg_catalog.count(*) as sessions
        from recent as reading
        group by reading.page_path
        order by sessions desc, reading.page_path collate "C"
        limit 5
      ) as page
    )
  from recent as session;
end
$$;
comment on function public.get_live_traffic() is
  'Admins only. The last 60 s: different users; sessions; sessions with a user; sessions without; the five'
  ' pages with the'
  ' most sessions. A session counts once, as the user and on the page of its latest beat';

revoke all on function public.get_live_traffic() from public, anon, authenticated, service_role;
grant execute on function public.get_live_traffic() to authenticated, service_role;

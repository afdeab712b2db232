create function public.my_room_topics() returns setof text
language plpgsql stable security definer set search_path = '' rows 20
as $$
begin
  return query
  with mine as materialized (select public.my_room_ids() as id)
  select 'room:' || mine.id from mine
  union all
  select 'competition:' || competition.id
  from public.competitions as competition
  where competition.room_id in (select mine.id from mine);
end
$$;
comment on function public.my_room_topics() is
  'The live counts of the rooms that the caller created or belongs to, and of their competitions. SECURITY DEFINER: one'
  ' plan that is kept, where the policies of rooms and competitions would be planned into each reading of a count';

revoke all on function public.my_room_topics() from public, anon, authenticated, service_role;
grant execute on function public.my_room_topics() to authenticated;

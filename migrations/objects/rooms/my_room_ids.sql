create function public.my_room_ids() returns setof bigint
language plpgsql stable security definer set search_path = '' rows 10
as $$
declare
  caller constant uuid := auth.uid();
begin
  return query
  select room.id from public.rooms as room where room.creator_id = caller
  union
  select participant.room_id from public.room_participants as participant where participant.user_id = caller;
end
$$;
comment on function public.my_room_ids() is
  'The rooms that the caller created or belongs to. SECURITY DEFINER: the policy of room_participants asks it, and a'
  ' policy cannot ask its own table';

revoke all on function public.my_room_ids() from public, anon, authenticated, service_role;
grant execute on function public.my_room_ids() to authenticated;

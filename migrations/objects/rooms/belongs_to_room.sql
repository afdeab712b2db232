create function public.belongs_to_room(room bigint, caller uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (
    select from public.room_participants as participant
    where participant.room_id = belongs_to_room.room and participant.user_id = caller
  ) or exists (
    select from public.rooms as own where own.id = belongs_to_room.room and own.creator_id = caller
  );
end
$$;
comment on function public.belongs_to_room(bigint, uuid) is
  'Whether this user created the room or belongs to it; for other functions, for no client';

revoke all on function public.belongs_to_room(bigint, uuid) from public, anon, authenticated, service_role;

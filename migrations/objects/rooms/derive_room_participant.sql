create function public.derive_room_participant() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.is_in_competition := new.current_competition_id is not null;
  new.counted := new.role is distinct from 'teacher' and not exists (
    select from public.rooms as room where room.id = new.room_id and room.creator_id = new.user_id
  );
  return new;
end
$$;
comment on function public.derive_room_participant() is
  'Fills the columns of a participant that follow from others';

create trigger derive_room_participant before insert or update on public.room_participants
  for each row execute function public.derive_room_participant();
comment on trigger derive_room_participant on public.room_participants is
  'Keeps counted and is_in_competition right';

revoke all on function public.derive_room_participant() from public, anon, authenticated, service_role;

create function public.recount_former_and_new_creator() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.room_participants as participant
  set role = participant.role
  where participant.room_id = new.id and participant.user_id in (old.creator_id, new.creator_id);
  return null;
end
$$;
comment on function public.recount_former_and_new_creator() is
  'Has counted derived again when a room is handed over';

create trigger recount_former_and_new_creator after update of creator_id on public.rooms
  for each row when (old.creator_id is distinct from new.creator_id)
  execute function public.recount_former_and_new_creator();
comment on trigger recount_former_and_new_creator on public.rooms is 'The creator of a room is not counted in it';

revoke all on function public.recount_former_and_new_creator() from public, anon, authenticated, service_role;

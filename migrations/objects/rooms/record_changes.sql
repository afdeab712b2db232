-- SECURITY DEFINER: a creator who deletes a competition fires this.
create function public.record_changes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A presence that ends, goes on after a reload, or has its times put right is the one that began at the old
  -- joined_at.
  update public.participant_history as visit
  set joined_at = after.joined_at, left_at = after.left_at
  from before
  join after using (id)
  where visit.participant_id = before.id
    and visit.joined_at = before.joined_at
    and (before.joined_at, before.left_at) is distinct from (after.joined_at, after.left_at)
    and (before.left_at is null or after.left_at is not null or after.joined_at = before.joined_at);

  insert into public.participant_history (participant_id, room_id, user_id, role, joined_at)
  select after.id, after.room_id, after.user_id, after.role, after.joined_at
  from before
  join after using (id)
  where before.left_at is not null and after.left_at is null and after.joined_at <> before.joined_at;
  return null;
end
$$;
comment on function public.record_changes() is 'Writes down that presences have ended, go on, or have begun again';

create trigger record_changes after update on public.room_participants
  referencing old table as before new table as after
  for each statement execute function public.record_changes();
comment on trigger record_changes on public.room_participants is
  'Closes, reopens and opens presences in participant_history';

revoke all on function public.record_changes() from public, anon, authenticated, service_role;

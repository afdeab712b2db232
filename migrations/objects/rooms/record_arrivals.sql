-- SECURITY DEFINER, because clients write no history.
create function public.record_arrivals() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  insert into public.participant_history (participant_id, room_id, user_id, role, joined_at, left_at)
  select after.id, after.room_id, after.user_id, after.role, after.joined_at, after.left_at
  from after;
  return null;
end
$$;
comment on function public.record_arrivals() is 'Writes down that a presence has begun';

create trigger record_arrivals after insert on public.room_participants
  referencing new table as after
  for each statement execute function public.record_arrivals();
comment on trigger record_arrivals on public.room_participants is 'Opens a presence in participant_history';

revoke all on function public.record_arrivals() from public, anon, authenticated, service_role;

-- SECURITY DEFINER, because the policies ask for each row what this asks once: a quarter of the time.
create function public.get_active_competition_participants(competition bigint)
returns setof public.active_competition_participants
language plpgsql stable security definer set search_path = '' rows 50
as $$
declare
  room constant bigint := (
    select asked.room_id
    from public.competitions as asked
    where asked.id = get_active_competition_participants.competition
  );
begin
  if public.belongs_to_room(room, auth.uid()) then
    return query
    select participant.*
    from public.active_competition_participants as participant
    where participant.current_competition_id = get_active_competition_participants.competition;
  end if;
end
$$;
comment on function public.get_active_competition_participants(bigint) is
  'Who is in this competition now; nobody, if the caller does not belong to its room. A server reads the view';

revoke all on function public.get_active_competition_participants(bigint) from public, anon, authenticated, service_role;
grant execute on function public.get_active_competition_participants(bigint) to authenticated;

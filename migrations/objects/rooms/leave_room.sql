-- SECURITY DEFINER, because clients write no presence: this touches the caller's own.
create function public.leave_room(room bigint, session_id text) returns boolean
language plpgsql volatile security definer set search_path = ''
as $$
declare
  present bigint;
  beat public.room_participant_beats;
begin
  select participant.id into present
  from public.room_participants as participant
  where participant.room_id = leave_room.room
    and participant.user_id = (select auth.uid())
    and participant.left_at is null
  for no key update;
  if not found then
    return false;
  end if;
  select last.* into beat from public.room_participant_beats as last where last.participant_id = present for update;

  if beat.session_id is distinct from leave_room.session_id and beat.session_id is not null then
    update public.room_participant_beats as last
    set other_session_id = null, other_seen = null
    where last.participant_id = present and last.other_session_id = leave_room.session_id;
    return false;
  end if;
  if beat.other_session_id is not null and muster.is_fresh(beat.other_seen, interval '30 seconds') then
    update public.room_participant_beats as last
    set session_id = last.other_session_id, seen = last.other_seen, other_session_id = null, other_seen = null
    where last.participant_id = present;
    return false;
  end if;

  perform public.end_presence(present);
  return true;
end
$$;
comment on function public.leave_room(bigint, text) is
  'A tab of the caller closes. Returns whether his presence ended with it: not when another tab keeps it alive';

revoke all on function public.leave_room(bigint, text) from public, anon, authenticated, service_role;
grant execute on function public.leave_room(bigint, text) to authenticated;

-- SECURITY DEFINER, because clients write no presence: this touches the caller's own.
create function public.participant_heartbeat(room bigint, session_id text, competition bigint default null) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  present bigint;
begin
  if session_id is null or pg_catalog.length(session_id) not between 1 and 200 then
    raise invalid_parameter_value using
      message = 'a tab''s session id has 1 to 200 characters',
      detail = coalesce('This one has ' || pg_catalog.length(session_id) || '.', 'This one is null.'),
      hint = 'Make one per page with crypto.randomUUID().';
  end if;

  -- Nearly always nothing has changed but the time.
  update public.room_participant_beats as beat
  set seen = pg_catalog.now(),
    session_id = participant_heartbeat.session_id,
    other_seen = case when beat.session_id = participant_heartbeat.session_id then beat.other_seen else beat.seen end,
    other_session_id = case
      when beat.session_id = participant_heartbeat.session_id then beat.other_session_id else beat.session_id
    end
  from public.room_participants as participant
  where participant.room_id = participant_heartbeat.room
    and participant.user_id = caller
    and participant.left_at is null
    and participant.current_competition_id is not distinct from participant_heartbeat.competition
    and beat.participant_id = participant.id
    and muster.is_fresh(beat.seen, interval '30 seconds');
  if found then
    return;
  end if;

  present := public.enter_room(participant_heartbeat.room, caller, participant_heartbeat.competition);
  update public.room_participants as participant
  set current_competition_id = participant_heartbeat.competition
  where participant.id = present
    and participant.current_competition_id is distinct from participant_heartbeat.competition;
  insert into public.room_participant_beats as beat (participant_id, session_id)
  values (present, participant_heartbeat.session_id)
  on conflict on constraint room_participant_beats_pkey do update
  set seen = pg_catalog.now(),
    session_id = excluded.session_id,
    other_seen = case when beat.session_id = excluded.session_id then beat.other_seen else beat.seen end,
    other_session_id = case
      when beat.session_id = excluded.session_id then beat.other_session_id else beat.session_id
    end;
end
$$;
comment on function public.participant_heartbeat(bigint, text, bigint) is
  'A tab of the caller is in this room and shows this competition, or none; to be called on arrival and every 15 s';

revoke all on function public.participant_heartbeat(bigint, text, bigint) from public, anon, authenticated, service_role;
grant execute on function public.participant_heartbeat(bigint, text, bigint) to authenticated;

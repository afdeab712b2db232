create view public.active_room_participants with (security_invoker = true) as
select participant.id, participant.room_id, participant.user_id, participant.role, participant.is_in_competition,
  participant.current_competition_id, participant.joined_at, beat.seen as last_active
from public.room_participants as participant
left join public.room_participant_beats as beat on beat.participant_id = participant.id
where participant.left_at is null
  and participant.counted
  and (
    muster.is_fresh(beat.seen, interval '30 seconds')
    -- After a crash there are no beats.
    or beat.seen is null and muster.is_fresh((select muster.beats_since()), interval '30 seconds')
  );
comment on view public.active_room_participants is
  'Who is in which room: one entry a user, without teachers and the creator. Everybody sees the rooms he belongs to';
comment on column public.active_room_participants.last_active is
  'Null after a crash of the server, until the next beat';

revoke all on public.active_room_participants from public, anon, authenticated, service_role;
grant select on public.active_room_participants to authenticated, service_role;

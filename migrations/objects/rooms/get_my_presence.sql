create function public.get_my_presence(room bigint)
returns table (
  participant_id bigint, role text, joined_at timestamptz, left_at timestamptz, last_active timestamptz,
  session_id text, is_in_competition boolean, current_competition_id bigint
)
language plpgsql stable security definer set search_path = '' rows 1
as $$
begin
  return query
  select participant.id, participant.role, participant.joined_at, participant.left_at, beat.seen, beat.session_id,
    participant.is_in_competition, participant.current_competition_id
  from public.room_participants as participant
  left join public.room_participant_beats as beat on beat.participant_id = participant.id
  where participant.room_id = get_my_presence.room and participant.user_id = (select auth.uid());
end
$$;
comment on function public.get_my_presence(bigint) is
  'The caller''s own presence in this room, and the tab that owns it. SECURITY DEFINER: sessions are granted to nobody';

revoke all on function public.get_my_presence(bigint) from public, anon, authenticated, service_role;
grant execute on function public.get_my_presence(bigint) to authenticated;

create function public.end_presence(participant bigint) returns void
language plpgsql volatile set search_path = ''
as $$
declare
  last_seen constant timestamptz := coalesce(
    (select beat.seen from public.room_participant_beats as beat where beat.participant_id = participant),
    muster.beats_since()
  );
begin
  -- Silent for too long, though not swept yet: he left when he was last seen.
  update public.room_participants as present
  set left_at = case
      when muster.is_fresh(last_seen, interval '30 seconds') then pg_catalog.now()
      else greatest(last_seen, present.joined_at)
    end,
    current_competition_id = null
  where present.id = participant;
  delete from public.room_participant_beats where participant_id = participant;
end
$$;
comment on function public.end_presence(bigint) is
  'A participant is no longer there; for other functions, for no client';

revoke all on function public.end_presence(bigint) from public, anon, authenticated, service_role;

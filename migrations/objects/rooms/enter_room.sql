create function public.enter_room(room bigint, caller uuid, competition bigint) returns bigint
language plpgsql volatile set search_path = ''
as $$
declare
  participant public.room_participants;
  last_seen timestamptz;
begin
  if caller is null then
    raise insufficient_privilege using
      message = 'only a signed-in user can be in a room',
      hint = 'Send the user''s access token with the request.';
  end if;
  perform from public.rooms where id = enter_room.room for key share;
  if not found then
    raise exception using
      errcode = 'MU201',
      message = pg_catalog.format('there is no room %s', coalesce(enter_room.room::text, 'null')),
      hint = 'It may have been deleted; ask its creator for the number of a room.';
  end if;
  if enter_room.competition is not null then
    perform from public.competitions where id = enter_room.competition and room_id = enter_room.room for key share;
    if not found then
      raise exception using
        errcode = 'MU202',
        message = pg_catalog.format('room %s has no competition %s', enter_room.room, enter_room.competition),
        hint = 'Name a competition of this room, or none.';
    end if;
  end if;

  loop
    insert into public.room_participants (room_id, user_id, role)
    select existing.id, caller, case when existing.creator_id = caller then 'teacher' else 'student' end
    from public.rooms as existing
    where existing.id = enter_room.room
    on conflict on constraint room_participants_room_id_user_id_key do nothing
    returning * into participant;
    if found then
      return participant.id;
    end if;
    select present.* into participant
    from public.room_participants as present
    where present.room_id = enter_room.room and present.user_id = caller
    for no key update;
    exit when found;
  end loop;

  if participant.left_at is null then
    select beat.seen into last_seen
    from public.room_participant_beats as beat
    where beat.participant_id = participant.id
    for update;
    last_seen := coalesce(last_seen, muster.beats_since());
    if muster.is_fresh(last_seen, interval '30 seconds') then
      return participant.id;
    end if;
    perform public.end_presence(participant.id);
  end if;

  -- A page that reloads leaves and comes back in a moment: that is one presence, not two.
  update public.room_participants
  set left_at = null,
    joined_at = case when muster.is_fresh(left_at, interval '30 seconds') then joined_at else pg_catalog.now() end
  where id = participant.id;
  return participant.id;
end
$$;
comment on function public.enter_room(bigint, uuid, bigint) is
  'Has a user present in a room, his row locked; what join_room and participant_heartbeat share, for no client';

revoke all on function public.enter_room(bigint, uuid, bigint) from public, anon, authenticated, service_role;

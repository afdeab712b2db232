create function public.set_participant_role(room bigint, user_id uuid, role text) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if set_participant_role.role is null or set_participant_role.role not in ('student', 'teacher') then
    raise invalid_parameter_value using
      message = pg_catalog.format('a participant is a student or a teacher, not %L', set_participant_role.role),
      hint = 'Name student or teacher.';
  end if;
  if not exists (
    select from public.rooms as own where own.id = set_participant_role.room and own.creator_id = (select auth.uid())
  ) then
    raise insufficient_privilege using
      message = pg_catalog.format(
        'the caller has created no room %s', coalesce(set_participant_role.room::text, 'null')),
      hint = 'Only the creator of a room gives out its roles.';
  end if;
  update public.room_participants as participant
  set role = set_participant_role.role
  where participant.room_id = set_participant_role.room and participant.user_id = set_participant_role.user_id;
  if not found then
    raise exception using
      errcode = 'MU203',
      message = pg_catalog.format('nobody with this id belongs to room %s', set_participant_role.room),
      hint = 'He has to join the room first.';
  end if;
end
$$;
comment on function public.set_participant_role(bigint, uuid, text) is
  'The creator of a room makes someone a student or a teacher';

revoke all on function public.set_participant_role(bigint, uuid, text) from public, anon, authenticated, service_role;
grant execute on function public.set_participant_role(bigint, uuid, text) to authenticated;

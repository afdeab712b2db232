-- SECURITY DEFINER, because clients write no presence: this touches the caller's own.
create function public.join_room(room bigint) returns bigint
language plpgsql volatile security definer set search_path = ''
as $$
declare
  participant bigint;
begin
  participant := public.enter_room(join_room.room, auth.uid(), null);
  insert into public.room_participant_beats (participant_id) values (participant)
  on conflict on constraint room_participant_beats_pkey do update set seen = pg_catalog.now();
  return participant;
end
$$;
comment on function public.join_room(bigint) is
  'The caller is in this room; joining again only counts as a beat. Returns the participant''s id';

revoke all on function public.join_room(bigint) from public, anon, authenticated, service_role;
grant execute on function public.join_room(bigint) to authenticated;

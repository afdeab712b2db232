-- Who is in the room, and in which of its competitions. Any signed-in user who knows a room's number may join it. Its
-- page beats every 15 seconds and says which competition it shows; whoever has been silent for 30 seconds is no longer
-- there.
--
-- The participant's row is the membership and survives a reload, a night and a clean-up: the role is not lost. The
-- presence is left_at is null and a fresh beat. Teachers and the room's creator are never counted or listed.
--
-- One user has one presence in a room, however many tabs. The tab that beat last owns it, and the one that beat before
-- it stands by: when the owner closes, a tab that was heard of in the last 30 seconds takes over. So a closing tab ends
-- nothing that another one keeps alive, and tabs that beat in turn change no fact and reach no subscriber.
--
-- Locks are taken in this order, in every function here: room, competition, participant, beat. A sweep waits for none.
--
-- Each refusal has its own SQLSTATE:
--   42501 not signed in, or not the room's creator    22023 no session id, or no such role
--   MU201 no such room      MU202 no such competition in this room      MU203 no such participant of this room

-- 1 Facts.
create table public.rooms (
  id bigint generated always as identity primary key,
  creator_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  name text not null,
  created_at timestamptz not null default pg_catalog.now(),
  constraint rooms_name_check check (pg_catalog.length(pg_catalog.btrim(name)) between 1 and 200)
);
comment on table public.rooms is 'Rooms, for instance a class';
comment on column public.rooms.creator_id is 'Runs the room; the server writes it';
create index rooms_creator_id_idx on public.rooms (creator_id);

create table public.competitions (
  id bigint generated always as identity primary key,
  room_id bigint not null references public.rooms (id) on delete cascade,
  name text not null,
  created_at timestamptz not null default pg_catalog.now(),
  constraint competitions_name_check check (pg_catalog.length(pg_catalog.btrim(name)) between 1 and 200),
  -- What a participant refers to, so that nobody is in a competition of another room.
  constraint competitions_id_room_id_key unique (id, room_id)
);
comment on table public.competitions is 'What the participants of a room take part in';
create index competitions_room_id_idx on public.competitions (room_id);

create table public.room_participants (
  id bigint generated always as identity primary key,
  room_id bigint not null references public.rooms (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  role text not null default 'student',
  is_in_competition boolean not null default false,
  current_competition_id bigint,
  counted boolean not null,
  joined_at timestamptz not null default pg_catalog.now(),
  left_at timestamptz,
  constraint room_participants_room_id_user_id_key unique (room_id, user_id),
  constraint room_participants_role_check check (role in ('student', 'teacher')),
  constraint room_participants_current_competition_id_fkey foreign key (current_competition_id, room_id)
    references public.competitions (id, room_id) on delete set null (current_competition_id),
  constraint room_participants_is_in_competition_check
    check (is_in_competition = (current_competition_id is not null)),
  constraint room_participants_left_at_check
    check (left_at is null or left_at >= joined_at and current_competition_id is null)
);
comment on table public.room_participants is
  'Who belongs to a room, and whether he is there; functions write it, nobody else';
comment on column public.room_participants.role is 'student or teacher, given by the room''s creator';
comment on column public.room_participants.is_in_competition is
  'Follows from current_competition_id; kept by the server';
comment on column public.room_participants.counted is
  'Neither a teacher nor the room''s creator; kept by the server';
comment on column public.room_participants.joined_at is
  'Since when this presence lasts, or when the last one began';
comment on column public.room_participants.left_at is 'When the last presence ended; null while the user is there';
create index room_participants_user_id_idx on public.room_participants (user_id);
create index room_participants_present_idx on public.room_participants (room_id) where left_at is null;
create index room_participants_current_competition_id_idx on public.room_participants (current_competition_id)
  where current_competition_id is not null;

create table public.participant_history (
  id bigint generated always as identity primary key,
  participant_id bigint not null references public.room_participants (id) on delete cascade,
  room_id bigint not null,
  user_id uuid not null,
  role text not null,
  joined_at timestamptz not null,
  left_at timestamptz,
  constraint participant_history_participant_id_joined_at_key unique (participant_id, joined_at)
);
comment on table public.participant_history is
  'Who was in a room from when to when; left_at is null while it lasts';
comment on column public.participant_history.room_id is
  'Copied from the participant, as are the next two: a reference would make a sweep wait for whoever deletes the room';
comment on column public.participant_history.role is 'The role when the presence began';
create index participant_history_room_id_idx on public.participant_history (room_id, joined_at);
create index participant_history_user_id_idx on public.participant_history (user_id, joined_at);

-- 2 Beats.
create unlogged table public.room_participant_beats (
  participant_id bigint primary key references public.room_participants (id) on delete cascade,
  seen timestamptz not null default pg_catalog.now(),
  session_id text collate "C",
  other_seen timestamptz,
  other_session_id text collate "C",
  constraint room_participant_beats_session_id_check check (pg_catalog.length(session_id) between 1 and 200)
) with (fillfactor = 50);
comment on table public.room_participant_beats is
  'When each participant was last seen; empty after a crash, when all get one grace period';
comment on column public.room_participant_beats.seen is 'Server time of the last beat';
comment on column public.room_participant_beats.session_id is
  'The tab that beat last and owns the presence; null until one beats';
comment on column public.room_participant_beats.other_seen is 'When the tab that stands by last beat';
comment on column public.room_participant_beats.other_session_id is
  'The tab that beat before the owner and stands by';

-- 3 What the server keeps.
create function public.derive_room_participant() returns trigger
language plpgsql set search_path = ''
as $$
begin
  new.is_in_competition := new.current_competition_id is not null;
  new.counted := new.role is distinct from 'teacher' and not exists (
    select from public.rooms as room where room.id = new.room_id and room.creator_id = new.user_id
  );
  return new;
end
$$;
comment on function public.derive_room_participant() is
  'Fills the columns of a participant that follow from others';

create trigger derive_room_participant before insert or update on public.room_participants
  for each row execute function public.derive_room_participant();
comment on trigger derive_room_participant on public.room_participants is
  'Keeps counted and is_in_competition right';

create function public.recount_former_and_new_creator() returns trigger
language plpgsql set search_path = ''
as $$
begin
  update public.room_participants as participant
  set role = participant.role
  where participant.room_id = new.id and participant.user_id in (old.creator_id, new.creator_id);
  return null;
end
$$;
comment on function public.recount_former_and_new_creator() is
  'Has counted derived again when a room is handed over';

create trigger recount_former_and_new_creator after update of creator_id on public.rooms
  for each row when (old.creator_id is distinct from new.creator_id)
  execute function public.recount_former_and_new_creator();
comment on trigger recount_former_and_new_creator on public.rooms is 'The creator of a room is not counted in it';

-- SECURITY DEFINER, both: a creator who deletes a competition fires them.
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

create function public.record_changes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- A presence that ends, goes on after a reload, or has its times put right is the one that began at the old
  -- joined_at.
  update public.participant_history as visit
  set joined_at = after.joined_at, left_at = after.left_at
  from before
  join after using (id)
  where visit.participant_id = before.id
    and visit.joined_at = before.joined_at
    and (before.joined_at, before.left_at) is distinct from (after.joined_at, after.left_at)
    and (before.left_at is null or after.left_at is not null or after.joined_at = before.joined_at);

  insert into public.participant_history (participant_id, room_id, user_id, role, joined_at)
  select after.id, after.room_id, after.user_id, after.role, after.joined_at
  from before
  join after using (id)
  where before.left_at is not null and after.left_at is null and after.joined_at <> before.joined_at;
  return null;
end
$$;
comment on function public.record_changes() is 'Writes down that presences have ended, go on, or have begun again';

create trigger record_changes after update on public.room_participants
  referencing old table as before new table as after
  for each statement execute function public.record_changes();
comment on trigger record_changes on public.room_participants is
  'Closes, reopens and opens presences in participant_history';

-- 4 On the roll: whoever is silent for 30 seconds has left when he was last seen.
select muster.track('public.room_participants',
  beats => 'public.room_participant_beats',
  beats_key => 'participant_id',
  stale_after => interval '30 seconds',
  live_when => 'left_at is null',
  on_stale => 'left_at = greatest(last.seen, joined_at), is_in_competition = false, current_competition_id = null');
select muster.publish_count('room', 'public.room_participants', by => 'room_id', counted_when => 'counted');
select muster.publish_count('competition', 'public.room_participants', by => 'current_competition_id',
  counted_when => 'counted');

-- 5 Who may read what.
create function public.my_room_ids() returns setof bigint
language plpgsql stable security definer set search_path = '' rows 10
as $$
declare
  caller constant uuid := auth.uid();
begin
  return query
  select room.id from public.rooms as room where room.creator_id = caller
  union
  select participant.room_id from public.room_participants as participant where participant.user_id = caller;
end
$$;
comment on function public.my_room_ids() is
  'The rooms that the caller created or belongs to. SECURITY DEFINER: the policy of room_participants asks it, and a'
  ' policy cannot ask its own table';

create function public.my_room_topics() returns setof text
language plpgsql stable security definer set search_path = '' rows 20
as $$
begin
  return query
  with mine as materialized (select public.my_room_ids() as id)
  select 'room:' || mine.id from mine
  union all
  select 'competition:' || competition.id
  from public.competitions as competition
  where competition.room_id in (select mine.id from mine);
end
$$;
comment on function public.my_room_topics() is
  'The live counts of the rooms that the caller created or belongs to, and of their competitions. SECURITY DEFINER: one'
  ' plan that is kept, where the policies of rooms and competitions would be planned into each reading of a count';

alter table public.rooms enable row level security;
alter table public.competitions enable row level security;
alter table public.room_participants enable row level security;
alter table public.room_participant_beats enable row level security;
alter table public.participant_history enable row level security;

create policy "members and creators read their rooms" on public.rooms for select to authenticated
  using (creator_id = (select auth.uid()) or id = any (array(select public.my_room_ids())));
comment on policy "members and creators read their rooms" on public.rooms is
  'A room is joined by its number, not found';
create policy "users create rooms of their own" on public.rooms for insert to authenticated
  with check (creator_id = (select auth.uid()));
comment on policy "users create rooms of their own" on public.rooms is 'Only the name is granted to them';
create policy "creators rename their rooms" on public.rooms for update to authenticated
  using (creator_id = (select auth.uid())) with check (creator_id = (select auth.uid()));
comment on policy "creators rename their rooms" on public.rooms is 'Only the name is granted to them';
create policy "creators delete their rooms" on public.rooms for delete to authenticated
  using (creator_id = (select auth.uid()));
comment on policy "creators delete their rooms" on public.rooms is 'With all that is in them';

create policy "participants read the competitions of their rooms" on public.competitions for select to authenticated
  using (room_id = any (array(select public.my_room_ids())));
comment on policy "participants read the competitions of their rooms" on public.competitions is 'Creators too';
create policy "creators add competitions to their rooms" on public.competitions for insert to authenticated
  with check (room_id in (select room.id from public.rooms as room where room.creator_id = (select auth.uid())));
comment on policy "creators add competitions to their rooms" on public.competitions is 'And to no other room';
create policy "creators rename competitions of their rooms" on public.competitions for update to authenticated
  using (room_id in (select room.id from public.rooms as room where room.creator_id = (select auth.uid())))
  with check (room_id in (select room.id from public.rooms as room where room.creator_id = (select auth.uid())));
comment on policy "creators rename competitions of their rooms" on public.competitions is
  'Only the name is granted to them';
create policy "creators delete competitions of their rooms" on public.competitions for delete to authenticated
  using (room_id in (select room.id from public.rooms as room where room.creator_id = (select auth.uid())));
comment on policy "creators delete competitions of their rooms" on public.competitions is
  'Who is in one stays in the room';

create policy "participants read the roll of their rooms" on public.room_participants for select to authenticated
  using (room_id = any (array(select public.my_room_ids())));
comment on policy "participants read the roll of their rooms" on public.room_participants is 'Creators too';

create policy "participants read when the others were last seen" on public.room_participant_beats
  for select to authenticated
  using (exists (
    select from public.room_participants as participant where participant.id = room_participant_beats.participant_id
  ));
comment on policy "participants read when the others were last seen" on public.room_participant_beats is
  'Whoever may read the participant; the sessions are not granted';

create policy "users read their own history" on public.participant_history for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own history" on public.participant_history is 'In every room they were in';
create policy "creators read the history of their rooms" on public.participant_history for select to authenticated
  using (room_id in (select room.id from public.rooms as room where room.creator_id = (select auth.uid())));
comment on policy "creators read the history of their rooms" on public.participant_history is
  'Of everybody in them';

create policy "participants read the counts of their rooms" on muster.live_count for select to authenticated
  using (topic = any (array(select public.my_room_topics())));
comment on policy "participants read the counts of their rooms" on muster.live_count is
  'And of the competitions in them';

create policy "the service keeps the rooms" on public.rooms to service_role using (true) with check (true);
create policy "the service keeps the competitions" on public.competitions
  to service_role using (true) with check (true);
create policy "the service keeps the participants" on public.room_participants
  to service_role using (true) with check (true);
create policy "the service keeps the beats" on public.room_participant_beats
  to service_role using (true) with check (true);
create policy "the service keeps the history" on public.participant_history
  to service_role using (true) with check (true);
comment on policy "the service keeps the rooms" on public.rooms is 'Needed where service_role has no BYPASSRLS';
comment on policy "the service keeps the competitions" on public.competitions is
  'Needed where service_role has no BYPASSRLS';
comment on policy "the service keeps the participants" on public.room_participants is
  'Needed where service_role has no BYPASSRLS';
comment on policy "the service keeps the beats" on public.room_participant_beats is
  'Needed where service_role has no BYPASSRLS';
comment on policy "the service keeps the history" on public.participant_history is
  'Needed where service_role has no BYPASSRLS';

revoke all on
  public.rooms, public.competitions, public.room_participants, public.room_participant_beats, public.participant_history
  from public, anon, authenticated, service_role;
revoke all on sequence
  public.rooms_id_seq, public.competitions_id_seq, public.room_participants_id_seq, public.participant_history_id_seq
  from public, anon, authenticated, service_role;
grant select, insert (name), update (name), delete on public.rooms to authenticated;
grant select, insert (room_id, name), update (name), delete on public.competitions to authenticated;
grant select on public.room_participants, public.participant_history to authenticated;
grant select (participant_id, seen) on public.room_participant_beats to authenticated;
grant select, insert, update, delete on
  public.rooms, public.competitions, public.room_participants, public.room_participant_beats, public.participant_history
  to service_role;

-- 6 Who is there now.
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

create view public.active_competition_participants with (security_invoker = true) as
select participant.*
from public.active_room_participants as participant
where participant.current_competition_id is not null;
comment on view public.active_competition_participants is
  'Who is in which competition: the part of active_room_participants';

revoke all on public.active_room_participants, public.active_competition_participants
  from public, anon, authenticated, service_role;
grant select on public.active_room_participants, public.active_competition_participants to authenticated, service_role;

create function public.belongs_to_room(room bigint, caller uuid) returns boolean
language plpgsql stable set search_path = ''
as $$
begin
  return exists (
    select from public.room_participants as participant
    where participant.room_id = belongs_to_room.room and participant.user_id = caller
  ) or exists (
    select from public.rooms as own where own.id = belongs_to_room.room and own.creator_id = caller
  );
end
$$;
comment on function public.belongs_to_room(bigint, uuid) is
  'Whether this user created the room or belongs to it; a part of the functions below, for no client';

-- SECURITY DEFINER, because the policies ask for each row what these ask once: a quarter of the time.
create function public.get_active_participants(room bigint) returns setof public.active_room_participants
language plpgsql stable security definer set search_path = '' rows 50
as $$
begin
  if public.belongs_to_room(get_active_participants.room, auth.uid()) then
    return query
    select participant.*
    from public.active_room_participants as participant
    where participant.room_id = get_active_participants.room;
  end if;
end
$$;
comment on function public.get_active_participants(bigint) is
  'Who is in this room now; nobody, if the caller does not belong to it. A server reads active_room_participants';

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

-- 7 Coming, staying, going. SECURITY DEFINER, because clients write no presence: the functions touch the caller's own.
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
  'A participant is no longer there; for the functions below, for no client';

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

revoke all on function
  public.derive_room_participant(), public.recount_former_and_new_creator(), public.record_arrivals(),
  public.record_changes(), public.my_room_ids(), public.my_room_topics(), public.get_active_participants(bigint),
  public.get_active_competition_participants(bigint), public.belongs_to_room(bigint, uuid),
  public.end_presence(bigint), public.enter_room(bigint, uuid, bigint), public.join_room(bigint),
  public.participant_heartbeat(bigint, text, bigint), public.leave_room(bigint, text),
  public.get_my_presence(bigint), public.set_participant_role(bigint, uuid, text)
  from public, anon, authenticated, service_role;
grant execute on function
  public.my_room_ids(), public.my_room_topics(), public.get_active_participants(bigint),
  public.get_active_competition_participants(bigint), public.join_room(bigint),
  public.participant_heartbeat(bigint, text, bigint), public.leave_room(bigint, text),
  public.get_my_presence(bigint), public.set_participant_role(bigint, uuid, text)
  to authenticated;

-- 8 Delivery and clean-up.
alter publication muster add table public.rooms, public.competitions, public.room_participants;
do $$
begin
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    alter publication supabase_realtime add table public.rooms, public.competitions, public.room_participants;
  end if;
end
$$;

select muster.schedule('sweep-room-participants', '*/5 * * * *', $$select muster.sweep('public.room_participants')$$);

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
-- Locks are taken in this order, in every function of objects/rooms: room, competition, participant, beat. A sweep waits
-- for none.
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

-- 3 On the roll: whoever is silent for 30 seconds has left when he was last seen.
select muster.track('public.room_participants',
  beats => 'public.room_participant_beats',
  beats_key => 'participant_id',
  stale_after => interval '30 seconds',
  live_when => 'left_at is null',
  on_stale => 'left_at = greatest(last.seen, joined_at), is_in_competition = false, current_competition_id = null');
select muster.publish_count('room', 'public.room_participants', by => 'room_id', counted_when => 'counted');
select muster.publish_count('competition', 'public.room_participants', by => 'current_competition_id',
  counted_when => 'counted');

-- 4 Who may do what.
alter table public.rooms enable row level security;
alter table public.competitions enable row level security;
alter table public.room_participants enable row level security;
alter table public.room_participant_beats enable row level security;
alter table public.participant_history enable row level security;

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

-- 5 Delivery.
alter publication muster add table public.rooms, public.competitions, public.room_participants;
do $$
begin
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    alter publication supabase_realtime add table public.rooms, public.competitions, public.room_participants;
  end if;
end
$$;

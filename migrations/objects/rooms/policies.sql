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

create policy "the service keeps the rooms" on public.rooms to service_role
  using (true) with check (true);
comment on policy "the service keeps the rooms" on public.rooms is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the competitions" on public.competitions to service_role
  using (true) with check (true);
comment on policy "the service keeps the competitions" on public.competitions is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the participants" on public.room_participants to service_role
  using (true) with check (true);
comment on policy "the service keeps the participants" on public.room_participants is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the beats" on public.room_participant_beats to service_role
  using (true) with check (true);
comment on policy "the service keeps the beats" on public.room_participant_beats is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the history" on public.participant_history to service_role
  using (true) with check (true);
comment on policy "the service keeps the history" on public.participant_history is
  'Needed where service_role has no BYPASSRLS';

create policy "visitors read polls that were opened" on public.polls for select to anon
  using (status <> 'draft');
comment on policy "visitors read polls that were opened" on public.polls is 'Active and closed ones';

create policy "users read polls that were opened, and their own" on public.polls for select to authenticated
  using (status <> 'draft' or created_by = (select auth.uid()) or (select public.is_admin()));
comment on policy "users read polls that were opened, and their own" on public.polls is 'Admins read all';

create policy "users draft polls in their own name" on public.polls for insert to authenticated
  with check (created_by = (select auth.uid()) and status = 'draft');
comment on policy "users draft polls in their own name" on public.polls is
  'The column grants leave all but the question to the server';

create policy "creators and admins edit, open and close polls" on public.polls for update to authenticated
  using (created_by = (select auth.uid()) or (select public.is_admin()))
  with check (created_by = (select auth.uid()) or (select public.is_admin()));
comment on policy "creators and admins edit, open and close polls" on public.polls is
  'The trigger guard_poll says in which order';

create policy "creators and admins drop drafts" on public.polls for delete to authenticated
  using (status = 'draft' and (created_by = (select auth.uid()) or (select public.is_admin())));
comment on policy "creators and admins drop drafts" on public.polls is 'What was voted on stays';

create policy "whoever reads a poll reads its options" on public.poll_options for select
  to anon, authenticated
  using (exists (select from public.polls as poll where poll.id = poll_id));
comment on policy "whoever reads a poll reads its options" on public.poll_options is
  'The policies of polls decide';

create policy "creators add options to their drafts" on public.poll_options for insert to authenticated
  with check (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators add options to their drafts" on public.poll_options is
  'Once a poll is open its options stay';

create policy "creators change options of their drafts" on public.poll_options for update to authenticated
  using (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators change options of their drafts" on public.poll_options is
  'Once a poll is open its options stay';

create policy "creators drop options of their drafts" on public.poll_options for delete to authenticated
  using (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators drop options of their drafts" on public.poll_options is
  'Once a poll is open its options stay';

create policy "users read their own holds" on public.button_holds for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own holds" on public.button_holds is 'The functions write them';

create policy "users read the beats of their own holds" on public.button_hold_beats for select
  to authenticated
  using (exists (select from public.button_holds as hold where hold.id = hold_id));
comment on policy "users read the beats of their own holds" on public.button_hold_beats is
  'The policy of button_holds decides; hold_states needs them';

create policy "users read their own votes" on public.user_votes for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own votes" on public.user_votes is
  'The ballot is secret; poll_results has the sums';

create policy "users read their own boosts" on public.poll_boosts for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own boosts" on public.poll_boosts is 'statistics has the sum';

create policy "users boost active polls in their own name" on public.poll_boosts for insert to authenticated
  with check (user_id = (select auth.uid()) and exists (
    select from public.polls as poll where poll.id = poll_id and poll.status = 'active'));
comment on policy "users boost active polls in their own name" on public.poll_boosts is
  'The column grants leave the user and the time to the server';

create policy "users take their own boosts back" on public.poll_boosts for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users take their own boosts back" on public.poll_boosts is 'And nobody else''s';

create policy "everybody reads the results" on public.poll_result_shards for select to anon, authenticated
  using (true);
comment on policy "everybody reads the results" on public.poll_result_shards is 'A draft has none';

create policy "everybody reads the statistics" on public.statistic_shards for select to anon, authenticated
  using (true);
comment on policy "everybody reads the statistics" on public.statistic_shards is
  'Totals over everything, of no one';

create policy "everybody reads the number of live holds" on muster.live_count for select
  to anon, authenticated
  using (topic = 'button_holds');
comment on policy "everybody reads the number of live holds" on muster.live_count is
  'How many hold a button right now';

create policy "the service keeps the polls" on public.polls to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.polls is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.poll_options to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.poll_options is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.button_holds to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.button_holds is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.button_hold_beats to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.button_hold_beats is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.user_votes to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.user_votes is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.poll_boosts to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.poll_boosts is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.poll_result_shards to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.poll_result_shards is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the polls" on public.statistic_shards to service_role
  using (true) with check (true);
comment on policy "the service keeps the polls" on public.statistic_shards is
  'Needed where service_role has no BYPASSRLS';

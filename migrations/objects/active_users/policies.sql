create policy "the service keeps the sessions" on public.active_users to service_role using (true) with check (true);
comment on policy "the service keeps the sessions" on public.active_users is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the beats" on public.active_user_beats to service_role using (true) with check (true);
comment on policy "the service keeps the beats" on public.active_user_beats is
  'Needed where service_role has no BYPASSRLS';

-- The count is for everybody.
create policy "everybody reads the number of active users" on muster.live_count for select to anon, authenticated
  using (topic = 'active_users');
comment on policy "everybody reads the number of active users" on muster.live_count is
  'One number for the navigation bar; it says nothing of anybody';

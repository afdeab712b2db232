create policy "everybody beats" on public.heartbeats for insert to anon, authenticated
  with check (true);
comment on policy "everybody beats" on public.heartbeats is
  'The column grants leave the time to the server, the trigger identify_heartbeat the user';

create policy "admins read the beats" on public.heartbeats for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the beats" on public.heartbeats is 'And nobody else';

create policy "admins read the live sessions" on public.live_sessions for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the live sessions" on public.live_sessions is 'And nobody else';

create policy "admins read the daily sums" on public.daily_usage_stats for select to authenticated
  using ((select public.is_admin()));
comment on policy "admins read the daily sums" on public.daily_usage_stats is 'And nobody else';

create policy "the service reads the traffic" on public.heartbeats for select to service_role using (true);
comment on policy "the service reads the traffic" on public.heartbeats is
  'Needed where service_role has no BYPASSRLS';

create policy "the service beats for others" on public.heartbeats for insert to service_role
  with check (true);
comment on policy "the service beats for others" on public.heartbeats is
  'Needed where service_role has no BYPASSRLS';

create policy "the service reads the traffic" on public.live_sessions for select to service_role using (true);
comment on policy "the service reads the traffic" on public.live_sessions is
  'Needed where service_role has no BYPASSRLS';

create policy "the service reads the traffic" on public.daily_usage_stats for select to service_role
  using (true);
comment on policy "the service reads the traffic" on public.daily_usage_stats is
  'Needed where service_role has no BYPASSRLS';

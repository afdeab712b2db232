create policy "users read their own profile" on public.profiles for select to authenticated
  using (id = (select auth.uid()));
comment on policy "users read their own profile" on public.profiles is 'And nobody else''s';

create policy "users create their own profile" on public.profiles for insert to authenticated
  with check (id = (select auth.uid()));
comment on policy "users create their own profile" on public.profiles is
  'The column grants leave the role and the time to the server';

create policy "users change their own profile" on public.profiles for update to authenticated
  using (id = (select auth.uid())) with check (id = (select auth.uid()));
comment on policy "users change their own profile" on public.profiles is
  'The column grants leave the role and the time to the server';

create policy "the service keeps the profiles" on public.profiles to service_role using (true) with check (true);
comment on policy "the service keeps the profiles" on public.profiles is
  'Needed where service_role has no BYPASSRLS';

create policy "the service reads the counts" on muster.live_count for select to service_role using (true);
comment on policy "the service reads the counts" on muster.live_count is
  'Needed where service_role has no BYPASSRLS';

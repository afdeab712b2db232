create policy "users read the board of requests" on public.service_requests for select to authenticated
  using (true);
comment on policy "users read the board of requests" on public.service_requests is
  'Closed ones too: their conversations go on';

create policy "users ask in their own name" on public.service_requests for insert to authenticated
  with check (requester_id = (select auth.uid()));
comment on policy "users ask in their own name" on public.service_requests is
  'The column grants leave all but the title to the server';

create policy "requesters edit and close their own requests" on public.service_requests for update
  to authenticated
  using (requester_id = (select auth.uid())) with check (requester_id = (select auth.uid()));
comment on policy "requesters edit and close their own requests" on public.service_requests is
  'Its title and its status';

create policy "parties read their own conversations" on public.conversations for select to authenticated
  using (requester_id = (select auth.uid()) or traveler_id = (select auth.uid()));
comment on policy "parties read their own conversations" on public.conversations is 'And nobody else';

create policy "travelers answer open requests" on public.conversations for insert to authenticated
  with check (traveler_id = (select auth.uid()) and exists (
    select from public.service_requests as request
    where request.id = request_id and request.status = 'open'));
comment on policy "travelers answer open requests" on public.conversations is
  'The traveler is the caller; the foreign key sees to it that the requester is the one who asked';

create policy "parties read the messages of their conversations" on public.messages for select
  to authenticated
  using (exists (
    select from public.conversations as talk
    where talk.id = conversation_id
      and (talk.requester_id = (select auth.uid()) or talk.traveler_id = (select auth.uid()))));
comment on policy "parties read the messages of their conversations" on public.messages is 'And nobody else';

create policy "parties write in their conversations in their own name" on public.messages for insert
  to authenticated
  with check (sender_id = (select auth.uid()) and exists (
    select from public.conversations as talk
    where talk.id = conversation_id
      and (talk.requester_id = (select auth.uid()) or talk.traveler_id = (select auth.uid()))));
comment on policy "parties write in their conversations in their own name" on public.messages is
  'The column grants leave all but the conversation and the text to the server';

create policy "the service keeps the chat" on public.service_requests to service_role
  using (true) with check (true);
comment on policy "the service keeps the chat" on public.service_requests is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the chat" on public.conversations to service_role
  using (true) with check (true);
comment on policy "the service keeps the chat" on public.conversations is
  'Needed where service_role has no BYPASSRLS';

create policy "the service keeps the chat" on public.messages to service_role using (true) with check (true);
comment on policy "the service keeps the chat" on public.messages is
  'Needed where service_role has no BYPASSRLS';

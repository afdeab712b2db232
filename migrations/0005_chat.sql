-- Chat between the one who asks for something and the one who may bring it. A request is on the board for
-- every signed-in user; whoever answers opens a conversation of exactly two parties, and nobody else reads or
-- writes in it.

-- 1 Requests, conversations, messages.
create table public.service_requests (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  requester_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  title text not null,
  status text not null default 'open',
  created_at timestamptz not null default pg_catalog.now(),
  constraint service_requests_title_check
    check (pg_catalog.length(pg_catalog.btrim(title)) between 1 and 200),
  constraint service_requests_status_check check (status in ('open', 'closed')),
  constraint service_requests_id_requester_id_key unique (id, requester_id)
);
comment on table public.service_requests is 'What somebody would like to have brought';
comment on column public.service_requests.status is 'open: travelers may answer; closed: they no longer may';
comment on constraint service_requests_id_requester_id_key on public.service_requests is
  'Lets a conversation refer to its request and its requester at once, so that they agree';
create index service_requests_requester_id_idx on public.service_requests (requester_id);

create table public.conversations (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  request_id uuid not null,
  requester_id uuid not null references auth.users (id) on delete cascade,
  traveler_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  last_message_at timestamptz,
  requester_unread_count integer not null default 0,
  traveler_unread_count integer not null default 0,
  constraint conversations_request_fkey foreign key (request_id, requester_id)
    references public.service_requests (id, requester_id) on delete cascade,
  constraint conversations_request_id_traveler_id_key unique (request_id, traveler_id),
  constraint conversations_parties_check check (requester_id <> traveler_id),
  constraint conversations_unread_check check (requester_unread_count >= 0 and traveler_unread_count >= 0)
) with (fillfactor = 80);
comment on table public.conversations is 'One for each request and traveler who answers it';
comment on column public.conversations.requester_id is
  'The one who asked; the foreign key holds it to the request';
comment on column public.conversations.traveler_id is 'The one who answered by opening the conversation';
comment on column public.conversations.last_message_at is 'Kept by trigger; NULL until the first message';
comment on column public.conversations.requester_unread_count is
  'Messages the requester has not read; kept by trigger';
comment on column public.conversations.traveler_unread_count is
  'Messages the traveler has not read; kept by trigger';
create index conversations_requester_id_idx on public.conversations (requester_id);
create index conversations_traveler_id_idx on public.conversations (traveler_id);

create table public.messages (
  id uuid primary key default pg_catalog.gen_random_uuid(),
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  sender_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  message_text text not null,
  is_read boolean not null default false,
  created_at timestamptz not null default pg_catalog.clock_timestamp(),
  constraint messages_text_check check (pg_catalog.length(message_text) <= 4000 and message_text ~ '\S')
);
comment on table public.messages is 'What was said; clients add to it and change nothing';
comment on column public.messages.sender_id is 'The caller; clients cannot name another';
comment on column public.messages.is_read is
  'Whether the other party has read it; see mark_conversation_read';
comment on column public.messages.created_at is
  'When it was sent; the messages of a batch keep their order by it';
create index messages_conversation_id_idx on public.messages (conversation_id, created_at);
create index messages_unread_idx on public.messages (conversation_id) where not is_read;
create index messages_sender_id_idx on public.messages (sender_id);

-- 2 A message tells its conversation, once a statement: a batch of a hundred costs one update a conversation.
create function public.count_messages() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  sign constant integer := tg_argv[0]::integer;
begin
  -- Nearly always it is one message, and one update by key.
  if (select pg_catalog.count(*) from touched) = 1 then
    update public.conversations as talk
    set last_message_at = case
        when sign > 0 then greatest(talk.last_message_at, message.created_at)
        else talk.last_message_at
      end,
      requester_unread_count = talk.requester_unread_count
        + sign * (not message.is_read and message.sender_id <> talk.requester_id)::integer,
      traveler_unread_count = talk.traveler_unread_count
        + sign * (not message.is_read and message.sender_id <> talk.traveler_id)::integer
    from touched as message
    where talk.id = message.conversation_id
      and (not message.is_read or sign > 0 and message.created_at > coalesce(talk.last_message_at, '-infinity'));
    return null;
  end if;

  -- In one order, so that two batches that meet in several conversations queue instead of deadlocking.
  perform from public.conversations as talk
  where talk.id in (select message.conversation_id from touched as message)
  order by talk.id
  for no key update;

  update public.conversations as talk
  set last_message_at = case
      when sign > 0 then greatest(talk.last_message_at, batch.last_at)
      else talk.last_message_at
    end,
    requester_unread_count = talk.requester_unread_count + sign * batch.to_requester,
    traveler_unread_count = talk.traveler_unread_count + sign * batch.to_traveler
  from (
    select message.conversation_id, pg_catalog.max(message.created_at) as last_at,
      pg_catalog.count(*)
        filter (where not message.is_read and message.sender_id <> party.requester_id) as to_requester,
      pg_catalog.count(*)
        filter (where not message.is_read and message.sender_id <> party.traveler_id) as to_traveler
    from touched as message
    join public.conversations as party on party.id = message.conversation_id
    group by message.conversation_id
  ) as batch
  where talk.id = batch.conversation_id
    and (batch.to_requester > 0 or batch.to_traveler > 0
      or sign > 0 and greatest(talk.last_message_at, batch.last_at) is distinct from talk.last_message_at);
  return null;
end
$$;
comment on function public.count_messages() is
  'Adds what the touched messages say of their conversation (argument 1) or takes it away (argument -1)';

create function public.count_no_messages() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  update public.conversations as talk
  set requester_unread_count = 0, traveler_unread_count = 0
  where talk.requester_unread_count > 0 or talk.traveler_unread_count > 0;
  return null;
end
$$;
comment on function public.count_no_messages() is 'When all messages are truncated none is unread';

create trigger count_sent after insert on public.messages referencing new table as touched
  for each statement execute function public.count_messages('1');
comment on trigger count_sent on public.messages is
  'Unread for the other party, and the time of the last message';
create trigger count_changed_as_before after update on public.messages referencing old table as touched
  for each statement execute function public.count_messages('-1');
comment on trigger count_changed_as_before on public.messages is
  'A changed message no longer counts as it was';
create trigger count_changed_from_now_on after update on public.messages referencing new table as touched
  for each statement execute function public.count_messages('1');
comment on trigger count_changed_from_now_on on public.messages is 'It counts as it is';
create trigger count_deleted after delete on public.messages referencing old table as touched
  for each statement execute function public.count_messages('-1');
comment on trigger count_deleted on public.messages is 'A deleted message is no longer unread';
create trigger count_truncated after truncate on public.messages
  for each statement execute function public.count_no_messages();
comment on trigger count_truncated on public.messages is 'No message is unread';

-- 3 Reading.
create function public.mark_conversation_read(conversation uuid) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  marked bigint;
begin
  perform from public.conversations as talk
  where talk.id = conversation and caller in (talk.requester_id, talk.traveler_id)
  for no key update;
  if not found then
    raise exception using
      errcode = 'MU020',
      message = 'you have no such conversation',
      detail = pg_catalog.format('None of your conversations has the id %s.', conversation),
      hint = 'Read public.conversations for those you are a party of.';
  end if;
  update public.messages as message
  set is_read = true
  where message.conversation_id = conversation and not message.is_read and message.sender_id <> caller;
  get diagnostics marked = row_count;
  return marked;
end
$$;
comment on function public.mark_conversation_read(uuid) is
  'The caller has read what the other party wrote so far; returns how many messages that were';

-- 4 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
alter table public.service_requests enable row level security;
alter table public.conversations enable row level security;
alter table public.messages enable row level security;

revoke all on public.service_requests, public.conversations, public.messages
  from public, anon, authenticated, service_role;
revoke all on function
  public.count_messages(), public.count_no_messages(), public.mark_conversation_read(uuid)
  from public, anon, authenticated, service_role;

grant select, insert (title), update (title, status) on public.service_requests to authenticated;
grant select, insert (request_id, requester_id) on public.conversations to authenticated;
grant select, insert (conversation_id, message_text) on public.messages to authenticated;
grant execute on function public.mark_conversation_read(uuid) to authenticated;
grant select, insert, update, delete on public.service_requests, public.conversations, public.messages
  to service_role;

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

-- 5 What is delivered.
do $$
declare
  publication text;
begin
  for publication in
    select pubname from pg_catalog.pg_publication
    where pubname in ('muster', 'supabase_realtime') and not puballtables
  loop
    execute format(
      'alter publication %I add table public.service_requests, public.conversations, public.messages',
      publication);
  end loop;
end
$$;

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

-- 2 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
alter table public.service_requests enable row level security;
alter table public.conversations enable row level security;
alter table public.messages enable row level security;

revoke all on public.service_requests, public.conversations, public.messages
  from public, anon, authenticated, service_role;

grant select, insert (title), update (title, status) on public.service_requests to authenticated;
grant select, insert (request_id, requester_id) on public.conversations to authenticated;
grant select, insert (conversation_id, message_text) on public.messages to authenticated;
grant select, insert, update, delete on public.service_requests, public.conversations, public.messages
  to service_role;

-- 3 What is delivered.
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

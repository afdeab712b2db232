-- A message tells its conversation, once a statement: a batch of a hundred costs one update a conversation.
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

revoke all on function public.count_messages() from public, anon, authenticated, service_role;

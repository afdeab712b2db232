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

revoke all on function public.mark_conversation_read(uuid) from public, anon, authenticated, service_role;
grant execute on function public.mark_conversation_read(uuid) to authenticated;

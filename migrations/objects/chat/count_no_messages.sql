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

create trigger count_truncated after truncate on public.messages
  for each statement execute function public.count_no_messages();
comment on trigger count_truncated on public.messages is 'No message is unread';

revoke all on function public.count_no_messages() from public, anon, authenticated, service_role;

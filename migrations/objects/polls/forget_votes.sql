create function public.forget_votes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.poll_result_shards;
  return null;
end
$$;
comment on function public.forget_votes() is 'Empties the results when all votes are truncated';

create trigger forget_truncated_votes after truncate on public.user_votes
  for each statement execute function public.forget_votes();
comment on trigger forget_truncated_votes on public.user_votes is 'No vote is left';

revoke all on function public.forget_votes() from public, anon, authenticated, service_role;

create function public.count_votes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform public.add_to_poll_result(tally.poll_id, tally.option_id, tg_argv[0]::bigint * tally.votes)
  from (
    select vote.poll_id, vote.option_id, pg_catalog.count(*) as votes
    from touched as vote
    group by vote.poll_id, vote.option_id
  ) as tally;
  return null;
end
$$;
comment on function public.count_votes() is
  'Adds the touched votes to the results (argument 1) or takes them away (argument -1)';

create trigger count_cast_votes after insert on public.user_votes referencing new table as touched
  for each statement execute function public.count_votes('1');
comment on trigger count_cast_votes on public.user_votes is 'A vote counts';

create trigger count_changed_votes_as_before after update on public.user_votes
  referencing old table as touched
  for each statement execute function public.count_votes('-1');
comment on trigger count_changed_votes_as_before on public.user_votes is
  'A changed vote no longer counts as it was';

create trigger count_changed_votes_from_now_on after update on public.user_votes
  referencing new table as touched
  for each statement execute function public.count_votes('1');
comment on trigger count_changed_votes_from_now_on on public.user_votes is 'It counts as it is';

create trigger count_deleted_votes after delete on public.user_votes referencing old table as touched
  for each statement execute function public.count_votes('-1');
comment on trigger count_deleted_votes on public.user_votes is 'A deleted vote no longer counts';

revoke all on function public.count_votes() from public, anon, authenticated, service_role;

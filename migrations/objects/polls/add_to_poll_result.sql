create function public.add_to_poll_result(poll bigint, option bigint, change bigint) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.poll_result_shards as part
  set votes = part.votes + change
  where part.option_id = option
    and part.shard = (
      select free.shard
      from public.poll_result_shards as free
      where free.option_id = option
      order by free.shard
      limit 1
      for no key update skip locked
    );
  if not found then
    -- An option that is being deleted takes its votes along, and its counts went before them.
    insert into public.poll_result_shards (poll_id, option_id, votes)
    select present.poll_id, present.id, change
    from public.poll_options as present
    where present.id = option and present.poll_id = poll;
  end if;
end
$$;
comment on function public.add_to_poll_result(bigint, bigint, bigint) is
  'Adds to the votes of an option without waiting for anybody';

revoke all on function public.add_to_poll_result(bigint, bigint, bigint) from public, anon, authenticated, service_role;

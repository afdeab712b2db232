create function public.guard_poll() returns trigger
language plpgsql set search_path = ''
as $$
declare
  stages constant text[] := array['draft', 'active', 'closed'];
begin
  if new.question is distinct from old.question and old.status <> 'draft' then
    raise exception using
      errcode = 'MU011',
      message = 'a poll that was opened keeps its question',
      detail = pg_catalog.format('Poll %s is %s.', old.id, old.status),
      hint = 'Edit a poll while it is a draft.';
  end if;
  if new.status is distinct from old.status then
    if pg_catalog.array_position(stages, new.status) < pg_catalog.array_position(stages, old.status) then
      raise exception using
        errcode = 'MU010',
        message = 'a poll does not go back',
        detail = pg_catalog.format('Poll %s is %s and was to become %s.', old.id, old.status, new.status),
        hint = 'Make a new poll to ask again: this one goes from draft to active to closed.';
    end if;
    -- Voters share this lock until they commit, see cast_vote. Sharing the row instead, a stream of them
    -- could starve whoever closes the poll; here he has his turn.
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('public.polls', new.id));
  end if;
  return new;
end
$$;
comment on function public.guard_poll() is 'A poll only moves forward, and no vote lands after it has closed';

create trigger guard_poll before update on public.polls
  for each row execute function public.guard_poll();
comment on trigger guard_poll on public.polls is
  'A poll only moves forward, and no vote lands after it has closed';

revoke all on function public.guard_poll() from public, anon, authenticated, service_role;

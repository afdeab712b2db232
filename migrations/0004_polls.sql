-- Press and hold to vote. A poll opens and closes; a signed-in user holds its button, and after three seconds
-- by the server's clock the hold is worth one vote. The hold is a fact; its beats, every 3 s, are kept apart
-- from it, and a hold that has not beaten for 10 s has lapsed, whether or not a sweep has come by.

-- 1 Polls and what can be chosen in them.
create table public.polls (
  id bigint generated always as identity primary key,
  question text not null,
  status text not null default 'draft',
  created_by uuid default auth.uid() references auth.users (id) on delete set null,
  created_at timestamptz not null default pg_catalog.now(),
  constraint polls_question_check check (pg_catalog.length(pg_catalog.btrim(question)) between 1 and 500),
  constraint polls_status_check check (status in ('draft', 'active', 'closed'))
);
comment on table public.polls is 'Questions that users vote on by pressing and holding';
comment on column public.polls.status is 'draft, then active (votes count), then closed; never backwards';
comment on column public.polls.created_by is 'Who may edit, open and close it; NULL once that user is gone';
create index polls_created_by_idx on public.polls (created_by);

create table public.poll_options (
  id bigint generated always as identity primary key,
  poll_id bigint not null references public.polls (id) on delete cascade,
  label text not null,
  constraint poll_options_label_check check (pg_catalog.length(pg_catalog.btrim(label)) between 1 and 200),
  constraint poll_options_poll_id_label_key unique (poll_id, label),
  constraint poll_options_id_poll_id_key unique (id, poll_id)
);
comment on table public.poll_options is 'The answers of a poll';
comment on constraint poll_options_id_poll_id_key on public.poll_options is
  'Lets a vote refer to its option and its poll at once, so that they agree';

-- 2 Holds, and their beats.
create table public.button_holds (
  id bigint generated always as identity primary key,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  poll_id bigint not null references public.polls (id) on delete cascade,
  started_at timestamptz not null default pg_catalog.now(),
  ended_at timestamptz,
  is_active boolean not null default true,
  constraint button_holds_active_check check (is_active = (ended_at is null))
) with (fillfactor = 80);
comment on table public.button_holds is 'Who pressed the button of which poll, from when to when';
comment on column public.button_holds.ended_at is
  'When it was released, voted with or superseded; for a hold that fell silent, its last beat';
create unique index button_holds_one_active_idx on public.button_holds (user_id, poll_id) where is_active;
comment on index public.button_holds_one_active_idx is 'A user holds the button of a poll once at a time';
create index button_holds_user_id_idx on public.button_holds (user_id);
create index button_holds_poll_id_idx on public.button_holds (poll_id);

create unlogged table public.button_hold_beats (
  hold_id bigint primary key references public.button_holds (id) on delete cascade,
  seen timestamptz not null default pg_catalog.now()
) with (fillfactor = 50);
comment on table public.button_hold_beats is
  'When each active hold last beat. Unlogged and unpublished: no flush, no change event, empty after a crash';

-- 3 Votes and boosts.
create table public.user_votes (
  poll_id bigint not null references public.polls (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  option_id bigint not null,
  hold_id bigint unique references public.button_holds (id) on delete set null,
  created_at timestamptz not null default pg_catalog.now(),
  primary key (poll_id, user_id),
  constraint user_votes_option_fkey foreign key (option_id, poll_id)
    references public.poll_options (id, poll_id) on delete cascade
);
comment on table public.user_votes is 'One vote a user a poll, written by cast_vote alone';
comment on column public.user_votes.hold_id is 'The hold that earned it; a hold is worth one vote';
create index user_votes_user_id_idx on public.user_votes (user_id);
create index user_votes_option_id_idx on public.user_votes (option_id, poll_id);

create table public.poll_boosts (
  poll_id bigint not null references public.polls (id) on delete cascade,
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  created_at timestamptz not null default pg_catalog.now(),
  primary key (poll_id, user_id)
);
comment on table public.poll_boosts is 'Users who pushed a poll up, each once';
create index poll_boosts_user_id_idx on public.poll_boosts (user_id);

-- 4 Counts that triggers keep. Voters on a hot poll would queue on one counter row until each other's commit,
-- so a count is spread over shards: a transaction adds to any row of the count that nobody else holds, and
-- makes another if there is none. There are as many shards as there once were writers at the same instant,
-- and no two wait for each other.
create table public.poll_result_shards (
  poll_id bigint not null,
  option_id bigint not null,
  shard bigint generated always as identity,
  votes bigint not null,
  primary key (option_id, shard),
  constraint poll_result_shards_option_fkey foreign key (option_id, poll_id)
    references public.poll_options (id, poll_id) on delete cascade
) with (fillfactor = 50);
comment on table public.poll_result_shards is
  'Votes for each option, in parts to be added up; read poll_results';
comment on column public.poll_result_shards.votes is 'This part of the sum; may be negative, the sum is not';
create index poll_result_shards_poll_id_idx on public.poll_result_shards (poll_id);

create table public.statistic_shards (
  name text not null,
  shard bigint generated always as identity,
  value bigint not null,
  primary key (name, shard),
  constraint statistic_shards_name_check check (name in ('votes', 'polls', 'boosts', 'registrations'))
) with (fillfactor = 50);
comment on table public.statistic_shards is
  'Totals over everything, in parts to be added up; read statistics';
comment on column public.statistic_shards.value is 'This part of the sum; may be negative, the sum is not';

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

create function public.add_to_statistic(statistic text, change bigint) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.statistic_shards as part
  set value = part.value + change
  where part.name = statistic
    and part.shard = (
      select free.shard
      from public.statistic_shards as free
      where free.name = statistic
      order by free.shard
      limit 1
      for no key update skip locked
    );
  if not found then
    insert into public.statistic_shards (name, value) values (statistic, change);
  end if;
end
$$;
comment on function public.add_to_statistic(text, bigint) is
  'Adds to a statistic without waiting for anybody';

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

create function public.forget_votes() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.poll_result_shards;
  return null;
end
$$;
comment on function public.forget_votes() is 'Empties the results when all votes are truncated';

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
create trigger forget_truncated_votes after truncate on public.user_votes
  for each statement execute function public.forget_votes();
comment on trigger forget_truncated_votes on public.user_votes is 'No vote is left';

create function public.count_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform public.add_to_statistic(tg_argv[0], tg_argv[1]::bigint * tally.size)
  from (select pg_catalog.count(*) as size from touched) as tally
  where tally.size > 0;
  return null;
end
$$;
comment on function public.count_rows() is
  'Adds the number of touched rows to a statistic (arguments: its name, 1) or takes it away (its name, -1)';

create function public.forget_rows() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  delete from public.statistic_shards where name = tg_argv[0];
  return null;
end
$$;
comment on function public.forget_rows() is
  'Empties a statistic (argument: its name) when what it counts is truncated';

do $$
declare
  counted record;
begin
  for counted in
    select *
    from (values
      ('user_votes', 'votes'),
      ('polls', 'polls'),
      ('poll_boosts', 'boosts'),
      ('profiles', 'registrations')
    ) as pair (relation, statistic)
  loop
    execute format(
      'create trigger count_inserted_rows after insert on public.%1$I referencing new table as touched
        for each statement execute function public.count_rows(%2$L, ''1'');
      create trigger count_deleted_rows after delete on public.%1$I referencing old table as touched
        for each statement execute function public.count_rows(%2$L, ''-1'');
      create trigger forget_truncated_rows after truncate on public.%1$I
        for each statement execute function public.forget_rows(%2$L);
      comment on trigger count_inserted_rows on public.%1$I is %3$L;
      comment on trigger count_deleted_rows on public.%1$I is %3$L;
      comment on trigger forget_truncated_rows on public.%1$I is %3$L',
      counted.relation, counted.statistic, format('Keeps the statistic %s', counted.statistic));
  end loop;
end
$$;

-- Users who registered before there were statistics count too.
insert into public.statistic_shards (name, value)
select 'registrations', pg_catalog.count(*) from public.profiles;

-- 5 What may not happen to a poll.
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

-- 6 The states of a hold.
create view public.hold_states with (security_invoker = true) as
select poll.id as poll_id, hold.id as hold_id, hold.user_id, hold.started_at, hold.over_at as ended_at,
  case
    when hold.id is null then 'idle'
    when vote.hold_id is not null then 'vote_cast'
    when hold.over_at is null and pg_catalog.now() - hold.started_at >= interval '3 seconds' then 'validating'
    when hold.over_at is null then 'holding'
    when hold.over_at - hold.started_at >= interval '3 seconds' then 'error'
    else 'cancelled'
  end as state
from public.polls as poll
left join (
  select fact.id, fact.user_id, fact.poll_id, fact.started_at,
    case
      when not fact.is_active then fact.ended_at
      when not muster.is_fresh(last.seen, interval '10 seconds') then last.seen
    end as over_at
  from public.button_holds as fact
  left join public.button_hold_beats as beat on beat.hold_id = fact.id
  cross join lateral (
    select coalesce(beat.seen, greatest(fact.started_at, (select muster.beats_since()))) as seen
  ) as last
) as hold on hold.poll_id = poll.id
left join public.user_votes as vote on vote.hold_id = hold.id;
comment on view public.hold_states is
  'Where each hold that the reader may see stands, and one idle row for each poll without one';
comment on column public.hold_states.ended_at is
  'When it ended, NULL while it lives; a hold that fell silent ended with its last beat, swept or not';
comment on column public.hold_states.state is
  'idle; holding, then validating from 3 s on; vote_cast, or cancelled when it ended before 3 s, or error'
  ' when later';

-- 7 Holding and voting. Each refusal has its own SQLSTATE:
--   MU001 not signed in      MU002 no such poll      MU003 poll not open yet    MU004 poll closed
--   MU005 no such hold       MU006 hold is over      MU007 held too briefly     MU008 no such option
--   MU009 already voted      MU010 poll going back   MU011 question of an opened poll changed
create function public.require_open_poll(poll bigint) returns void
language plpgsql set search_path = ''
as $$
declare
  poll_status text;
begin
  select asked.status into poll_status from public.polls as asked where asked.id = poll;
  if poll_status is null then
    raise exception using
      errcode = 'MU002',
      message = 'there is no such poll',
      detail = pg_catalog.format('No poll has the id %s.', poll),
      hint = 'Read public.polls for those there are.';
  elsif poll_status = 'draft' then
    raise exception using
      errcode = 'MU003',
      message = 'this poll is not open yet',
      detail = pg_catalog.format('Poll %s is a draft.', poll),
      hint = 'Hold and vote once its status is active.';
  elsif poll_status = 'closed' then
    raise exception using
      errcode = 'MU004',
      message = 'this poll is closed',
      detail = pg_catalog.format('Poll %s is closed.', poll),
      hint = 'Read public.poll_results for how it ended.';
  end if;
end
$$;
comment on function public.require_open_poll(bigint) is 'Refuses unless the poll can be voted in';

create function public.lock_own_hold(hold bigint) returns public.hold_states
language plpgsql set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  standing public.hold_states;
begin
  if caller is null then
    raise exception using
      errcode = 'MU001',
      message = 'you are not signed in',
      detail = 'A hold belongs to a user, and the request names none.',
      hint = 'Sign in, then press the button.';
  end if;
  perform from public.button_holds as fact where fact.id = hold and fact.user_id = caller for no key update;
  if not found then
    raise exception using
      errcode = 'MU005',
      message = 'you have no such hold',
      detail = pg_catalog.format('None of your holds has the id %s.', hold),
      hint = 'Call start_hold and use the id that it returns.';
  end if;
  select * into strict standing from public.hold_states as state where state.hold_id = hold;
  return standing;
end
$$;
comment on function public.lock_own_hold(bigint) is
  'Where the caller''s own hold stands; nobody can change it meanwhile';

create function public.require_alive(standing public.hold_states) returns void
language plpgsql set search_path = ''
as $$
begin
  if standing.state = 'vote_cast' then
    raise exception using
      errcode = 'MU009',
      message = 'you have already voted in this poll',
      detail = pg_catalog.format('Hold %s has cast your vote.', standing.hold_id),
      hint = 'A user has one vote in each poll.';
  elsif standing.ended_at is not null then
    raise exception using
      errcode = 'MU006',
      message = 'this hold is over',
      detail = pg_catalog.format('Hold %s ended at %s.', standing.hold_id, standing.ended_at),
      hint = 'Press again with start_hold, and call hold_heartbeat every 3 s while holding.';
  end if;
end
$$;
comment on function public.require_alive(public.hold_states) is
  'Refuses a hold that was released, voted with or left to lapse';

create function public.end_hold(hold bigint) returns void
language plpgsql set search_path = ''
as $$
begin
  update public.button_holds as fact
  set is_active = false, ended_at = coalesce(standing.ended_at, pg_catalog.now())
  from public.hold_states as standing
  where fact.id = hold and fact.is_active and standing.hold_id = hold;
  delete from public.button_hold_beats as beat where beat.hold_id = hold;
end
$$;
comment on function public.end_hold(bigint) is 'Ends a hold now or, where it has lapsed, with its last beat';

create function public.start_hold(poll bigint) returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  caller constant uuid := auth.uid();
  started bigint;
begin
  if caller is null then
    raise exception using
      errcode = 'MU001',
      message = 'you are not signed in',
      detail = 'A hold belongs to a user, and the request names none.',
      hint = 'Sign in, then press the button.';
  end if;
  perform public.require_open_poll(poll);
  -- The latest press wins: what another tab, or this one before a reload, still holds ends here.
  while started is null loop
    perform public.end_hold(fact.id)
    from public.button_holds as fact
    where fact.user_id = caller and fact.poll_id = poll and fact.is_active;
    insert into public.button_holds (user_id, poll_id) values (caller, poll)
    on conflict (user_id, poll_id) where is_active do nothing
    returning id into started;
  end loop;
  insert into public.button_hold_beats (hold_id) values (started);
  return started;
end
$$;
comment on function public.start_hold(bigint) is
  'The caller presses the button of a poll; returns the hold, to beat every 3 s';

create function public.hold_heartbeat(hold bigint) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  is_alive boolean;
begin
  -- A stale beat is found, too, and left as it is: an UPDATE that waits for a row and then finds it stale would
  -- keep it locked, and going on to the hold from there is the wrong way round.
  update public.button_hold_beats as beat
  set seen = case when muster.is_fresh(beat.seen, interval '10 seconds') then pg_catalog.now() else beat.seen end
  from public.button_holds as fact
  where beat.hold_id = hold and fact.id = hold and fact.user_id = auth.uid() and fact.is_active
  returning beat.seen = pg_catalog.now() into is_alive;

  if is_alive is null then
    perform public.require_alive(public.lock_own_hold(hold));
    insert into public.button_hold_beats (hold_id) values (hold)
    on conflict (hold_id) do update set seen = excluded.seen;
  elsif not is_alive then
    perform public.require_alive(standing) from public.hold_states as standing where standing.hold_id = hold;
  end if;
  return (select standing.state from public.hold_states as standing where standing.hold_id = hold);
end
$$;
comment on function public.hold_heartbeat(bigint) is
  'The caller still holds; returns holding or, once a vote can be cast, validating';

create function public.release_hold(hold bigint) returns text
language plpgsql security definer set search_path = ''
as $$
begin
  perform public.lock_own_hold(hold);
  perform public.end_hold(hold);
  return (select standing.state from public.hold_states as standing where standing.hold_id = hold);
end
$$;
comment on function public.release_hold(bigint) is
  'The caller lets go; returns how the hold ended: cancelled, error, or vote_cast. Harmless when it is over'
  ' already';

create function public.cast_vote(hold bigint, option bigint) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  standing public.hold_states;
begin
  standing := public.lock_own_hold(hold);
  perform public.require_alive(standing);
  if standing.state = 'holding' then
    raise exception using
      errcode = 'MU007',
      message = 'the button was not held long enough',
      detail = pg_catalog.format('Hold %s began %s ago.', hold, pg_catalog.now() - standing.started_at),
      hint = 'Hold it for 3 s by the server''s clock, then call cast_vote.';
  end if;
  perform pg_catalog.pg_advisory_xact_lock_shared(
    pg_catalog.hashtextextended('public.polls', standing.poll_id));
  perform public.require_open_poll(standing.poll_id);
  if not exists (
    select from public.poll_options as present
    where present.id = option and present.poll_id = standing.poll_id
  ) then
    raise exception using
      errcode = 'MU008',
      message = 'this poll has no such option',
      detail = pg_catalog.format('Poll %s has no option %s.', standing.poll_id, option),
      hint = 'Read public.poll_options for those it has.';
  end if;
  insert into public.user_votes (poll_id, user_id, option_id, hold_id)
  values (standing.poll_id, standing.user_id, option, hold)
  on conflict (poll_id, user_id) do nothing;
  if not found then
    raise exception using
      errcode = 'MU009',
      message = 'you have already voted in this poll',
      detail = pg_catalog.format('Poll %s has your vote from another hold.', standing.poll_id),
      hint = 'A user has one vote in each poll.';
  end if;
  perform public.end_hold(hold);
  return 'vote_cast';
end
$$;
comment on function public.cast_vote(bigint, bigint) is
  'The caller votes with a hold of at least 3 s that is alive; the vote ends the hold';

-- 8 Liveness.
select muster.track(
  relation => 'public.button_holds',
  stale_after => interval '10 seconds',
  on_stale => 'ended_at = last.seen, is_active = false',
  beats => 'public.button_hold_beats',
  live_when => 'is_active',
  created_column => 'started_at'
);
select muster.publish_count('button_holds', 'public.button_holds', counted_when => 'is_active');
select muster.schedule('cleanup-button-holds', '30 seconds', $$select muster.sweep('public.button_holds')$$);

create policy "everybody reads the number of live holds" on muster.live_count for select
  to anon, authenticated
  using (topic = 'button_holds');
comment on policy "everybody reads the number of live holds" on muster.live_count is
  'How many hold a button right now';

-- 9 Results.
create view public.poll_results with (security_invoker = true) as
select choice.poll_id, choice.id as option_id, choice.label, coalesce(counted.votes, 0)::bigint as votes
from public.poll_options as choice
left join lateral (
  select pg_catalog.sum(part.votes) as votes
  from public.poll_result_shards as part
  where part.option_id = choice.id
) as counted on true;
comment on view public.poll_results is
  'How many votes each option has; everybody who may read the poll may read them';

create function public.get_live_hold_count() returns bigint
language sql security definer set search_path = ''
return muster.live_value('button_holds');
comment on function public.get_live_hold_count() is
  'How many hold a button right now; at most half a second old';

create view public.statistics with (security_invoker = true) as
select
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'votes'), 0)::bigint as votes,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'polls'), 0)::bigint as polls,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'boosts'), 0)::bigint as boosts,
  coalesce(pg_catalog.sum(part.value) filter (where part.name = 'registrations'), 0)::bigint as registrations,
  public.get_live_hold_count() as live_holds
from public.statistic_shards as part;
comment on view public.statistics is 'The dashboard: one row of totals over everything';

-- 10 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
alter table public.polls enable row level security;
alter table public.poll_options enable row level security;
alter table public.button_holds enable row level security;
alter table public.button_hold_beats enable row level security;
alter table public.user_votes enable row level security;
alter table public.poll_boosts enable row level security;
alter table public.poll_result_shards enable row level security;
alter table public.statistic_shards enable row level security;

revoke all on
  public.polls, public.poll_options, public.button_holds, public.button_hold_beats, public.user_votes,
  public.poll_boosts, public.poll_result_shards, public.statistic_shards,
  public.hold_states, public.poll_results, public.statistics
  from public, anon, authenticated, service_role;
revoke all on sequence
  public.polls_id_seq, public.poll_options_id_seq, public.button_holds_id_seq,
  public.poll_result_shards_shard_seq, public.statistic_shards_shard_seq
  from public, anon, authenticated, service_role;
revoke all on function
  public.add_to_poll_result(bigint, bigint, bigint), public.add_to_statistic(text, bigint),
  public.count_votes(), public.forget_votes(), public.count_rows(), public.forget_rows(),
  public.guard_poll(),
  public.require_open_poll(bigint), public.lock_own_hold(bigint), public.require_alive(public.hold_states),
  public.end_hold(bigint), public.start_hold(bigint), public.hold_heartbeat(bigint),
  public.release_hold(bigint), public.cast_vote(bigint, bigint), public.get_live_hold_count()
  from public, anon, authenticated, service_role;

grant select on
  public.polls, public.poll_options, public.poll_result_shards, public.statistic_shards,
  public.poll_results, public.statistics
  to anon, authenticated, service_role;
grant select on
  public.button_holds, public.button_hold_beats, public.user_votes, public.poll_boosts, public.hold_states
  to authenticated, service_role;

grant insert (question), update (question, status), delete on public.polls to authenticated;
grant insert (poll_id, label), update (label), delete on public.poll_options to authenticated;
grant insert (poll_id), delete on public.poll_boosts to authenticated;
grant execute on function
  public.start_hold(bigint), public.hold_heartbeat(bigint), public.release_hold(bigint),
  public.cast_vote(bigint, bigint)
  to authenticated;
grant execute on function public.get_live_hold_count() to anon, authenticated, service_role;
grant insert, update, delete on
  public.polls, public.poll_options, public.button_holds, public.user_votes, public.poll_boosts
  to service_role;

create policy "visitors read polls that were opened" on public.polls for select to anon
  using (status <> 'draft');
comment on policy "visitors read polls that were opened" on public.polls is 'Active and closed ones';
create policy "users read polls that were opened, and their own" on public.polls for select to authenticated
  using (status <> 'draft' or created_by = (select auth.uid()) or (select public.is_admin()));
comment on policy "users read polls that were opened, and their own" on public.polls is 'Admins read all';
create policy "users draft polls in their own name" on public.polls for insert to authenticated
  with check (created_by = (select auth.uid()) and status = 'draft');
comment on policy "users draft polls in their own name" on public.polls is
  'The column grants leave all but the question to the server';
create policy "creators and admins edit, open and close polls" on public.polls for update to authenticated
  using (created_by = (select auth.uid()) or (select public.is_admin()))
  with check (created_by = (select auth.uid()) or (select public.is_admin()));
comment on policy "creators and admins edit, open and close polls" on public.polls is
  'The trigger guard_poll says in which order';
create policy "creators and admins drop drafts" on public.polls for delete to authenticated
  using (status = 'draft' and (created_by = (select auth.uid()) or (select public.is_admin())));
comment on policy "creators and admins drop drafts" on public.polls is 'What was voted on stays';

create policy "whoever reads a poll reads its options" on public.poll_options for select
  to anon, authenticated
  using (exists (select from public.polls as poll where poll.id = poll_id));
comment on policy "whoever reads a poll reads its options" on public.poll_options is
  'The policies of polls decide';
create policy "creators add options to their drafts" on public.poll_options for insert to authenticated
  with check (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators add options to their drafts" on public.poll_options is
  'Once a poll is open its options stay';
create policy "creators change options of their drafts" on public.poll_options for update to authenticated
  using (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators change options of their drafts" on public.poll_options is
  'Once a poll is open its options stay';
create policy "creators drop options of their drafts" on public.poll_options for delete to authenticated
  using (exists (
    select from public.polls as poll
    where poll.id = poll_id and poll.status = 'draft' and poll.created_by = (select auth.uid())));
comment on policy "creators drop options of their drafts" on public.poll_options is
  'Once a poll is open its options stay';

create policy "users read their own holds" on public.button_holds for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own holds" on public.button_holds is 'The functions write them';
create policy "users read the beats of their own holds" on public.button_hold_beats for select
  to authenticated
  using (exists (select from public.button_holds as hold where hold.id = hold_id));
comment on policy "users read the beats of their own holds" on public.button_hold_beats is
  'The policy of button_holds decides; hold_states needs them';

create policy "users read their own votes" on public.user_votes for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own votes" on public.user_votes is
  'The ballot is secret; poll_results has the sums';

create policy "users read their own boosts" on public.poll_boosts for select to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users read their own boosts" on public.poll_boosts is 'statistics has the sum';
create policy "users boost active polls in their own name" on public.poll_boosts for insert to authenticated
  with check (user_id = (select auth.uid()) and exists (
    select from public.polls as poll where poll.id = poll_id and poll.status = 'active'));
comment on policy "users boost active polls in their own name" on public.poll_boosts is
  'The column grants leave the user and the time to the server';
create policy "users take their own boosts back" on public.poll_boosts for delete to authenticated
  using (user_id = (select auth.uid()));
comment on policy "users take their own boosts back" on public.poll_boosts is 'And nobody else''s';

create policy "everybody reads the results" on public.poll_result_shards for select to anon, authenticated
  using (true);
comment on policy "everybody reads the results" on public.poll_result_shards is 'A draft has none';
create policy "everybody reads the statistics" on public.statistic_shards for select to anon, authenticated
  using (true);
comment on policy "everybody reads the statistics" on public.statistic_shards is
  'Totals over everything, of no one';

do $$
declare
  relation regclass;
  policy constant text := 'the service keeps the polls';
begin
  foreach relation in array array[
    'public.polls', 'public.poll_options', 'public.button_holds', 'public.button_hold_beats',
    'public.user_votes', 'public.poll_boosts', 'public.poll_result_shards', 'public.statistic_shards'
  ]::regclass[]
  loop
    execute format('create policy %I on %s to service_role using (true) with check (true)', policy, relation);
    execute format('comment on policy %I on %s is %L',
      policy, relation, 'Needed where service_role has no BYPASSRLS');
  end loop;
end
$$;

-- 11 What is delivered: facts and counts, no beats.
do $$
declare
  publication text;
begin
  for publication in
    select pubname from pg_catalog.pg_publication
    where pubname in ('muster', 'supabase_realtime') and not puballtables
  loop
    execute format('alter publication %I add table public.polls, public.poll_options, public.button_holds,'
      ' public.user_votes, public.poll_boosts, public.poll_result_shards, public.statistic_shards',
      publication);
  end loop;
end
$$;

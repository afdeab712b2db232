-- Press and hold to vote. A poll opens and closes; a signed-in user holds its button, and after three seconds
-- by the server's clock the hold is worth one vote. The hold is a fact; its beats, every 3 s, are kept apart
-- from it, and a hold that has not beaten for 10 s has lapsed, whether or not a sweep has come by.
--
-- Each refusal has its own SQLSTATE:
--   MU001 not signed in      MU002 no such poll      MU003 poll not open yet    MU004 poll closed
--   MU005 no such hold       MU006 hold is over      MU007 held too briefly     MU008 no such option
--   MU009 already voted      MU010 poll going back   MU011 question of an opened poll changed

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

-- What keeps the statistics is here and not in objects/: creating the triggers keeps everybody from registering until
-- those who are there have been counted, so that nobody is missed and nobody is counted twice.
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

-- 5 Liveness.
select muster.track(
  relation => 'public.button_holds',
  stale_after => interval '10 seconds',
  on_stale => 'ended_at = last.seen, is_active = false',
  beats => 'public.button_hold_beats',
  live_when => 'is_active',
  created_column => 'started_at'
);
select muster.publish_count('button_holds', 'public.button_holds', counted_when => 'is_active');

-- 6 Who may do what. A host may have granted everything on new tables to its client roles: revoke first.
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
  public.poll_boosts, public.poll_result_shards, public.statistic_shards
  from public, anon, authenticated, service_role;
revoke all on sequence
  public.polls_id_seq, public.poll_options_id_seq, public.button_holds_id_seq,
  public.poll_result_shards_shard_seq, public.statistic_shards_shard_seq
  from public, anon, authenticated, service_role;
revoke all on function
  public.add_to_statistic(text, bigint), public.count_rows(), public.forget_rows()
  from public, anon, authenticated, service_role;

grant select on
  public.polls, public.poll_options, public.poll_result_shards, public.statistic_shards
  to anon, authenticated, service_role;
grant select on
  public.button_holds, public.button_hold_beats, public.user_votes, public.poll_boosts
  to authenticated, service_role;

grant insert (question), update (question, status), delete on public.polls to authenticated;
grant insert (poll_id, label), update (label), delete on public.poll_options to authenticated;
grant insert (poll_id), delete on public.poll_boosts to authenticated;
grant insert, update, delete on
  public.polls, public.poll_options, public.button_holds, public.user_votes, public.poll_boosts
  to service_role;

-- 7 What is delivered: facts and counts, no beats.
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

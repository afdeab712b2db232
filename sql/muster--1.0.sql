-- muster 1.0: live relations, live counts and jobs on plain PostgreSQL 15 and newer.
--
-- One file, two ways in, the same objects: `create extension muster`, or this script run as it stands in a database
-- whose host takes no extensions. Nothing here needs a superuser.
--
-- Who runs what:
--   * Everything belongs to the installer. What table owners write (live_when, on_stale, counted_when, a job's command)
--     is never run as the installer, nor as whoever calls: it runs as the owner, through the owner's deputy, a
--     SECURITY DEFINER function in which PostgreSQL refuses SET ROLE. See muster.delegate().
--   * muster.live_count is not made here but by muster.create_live_count(), because pg_dump drops an extension's tables
--     from publications and forgets their policies. As a table of one's own it comes back whole.
--   * Nobody but the owner has any right here until muster.grant_access(role, 'client' | 'owner' | 'operator').

do $$
begin
  if pg_catalog.to_regnamespace('muster') is null then
    create schema muster;
  end if;
end
$$;

comment on schema muster is 'Live relations: who is here, how many, and what is due.';

-- Tables ------------------------------------------------------------------------------------------------------------

create table muster.liveness (
  relation regclass primary key,
  key name not null,
  beats regclass not null,
  beats_key name not null,
  beat_column name not null,
  created_column name,
  stale_after interval not null check (stale_after > '0'::interval),
  live_when text not null default 'true',
  on_stale text not null default 'delete'
);
comment on table muster.liveness is 'The register of live relations. Kept by muster.track() and muster.untrack().';
comment on column muster.liveness.relation is 'The facts: one row for each session, participant, hold, …';
comment on column muster.liveness.key is 'The column of relation that names a row; unique.';
comment on column muster.liveness.beats is
  'Where the beats are kept; the relation itself when it carries its own beat column.';
comment on column muster.liveness.beats_key is 'The column of beats that holds the key of the row that beat.';
comment on column muster.liveness.beat_column is 'The column of beats that says when the row was last seen.';
comment on column muster.liveness.created_column is
  'A column of relation from which a row that has not beaten yet gets its grace; without it, muster.beats_since().';
comment on column muster.liveness.stale_after is 'How long a row stays fresh after it was last seen.';
comment on column muster.liveness.live_when is 'SQL condition on relation: the rows that are meant to be live.';
comment on column muster.liveness.on_stale is
  '''delete'', or the assignments of an UPDATE that ends the row; last.seen and last.key may be used in them.';

create table muster.live_topic (
  topic text primary key check (topic ~ '^[a-z][a-z0-9_]{0,39}$'),
  relation regclass not null references muster.liveness on delete cascade,
  counted_by name,
  counted_when text not null default 'true',
  distinct_by name
);
comment on table muster.live_topic is
  'Which live counts are kept, and of what. Kept by muster.publish_count() and muster.unpublish_count().';
comment on column muster.live_topic.topic is 'The name of the count; with counted_by, counts are named topic:value.';
comment on column muster.live_topic.relation is 'The live relation that is counted.';
comment on column muster.live_topic.counted_by is 'The column of relation of which each value has a count of its own.';
comment on column muster.live_topic.counted_when is 'SQL condition on relation: the live rows that count.';
comment on column muster.live_topic.distinct_by is 'Count the different values of this column instead of rows.';

create unlogged table muster.live_count_state (
  topic text primary key,
  refreshed_at timestamptz not null,
  due_at timestamptz not null
) with (fillfactor = 50);
comment on table muster.live_count_state is
  'Bookkeeping of live counts; its row is the lock under which a count is refreshed. Empty after a crash: all are due.';
comment on column muster.live_count_state.refreshed_at is 'When the count was last computed.';
comment on column muster.live_count_state.due_at is
  'The earliest instant at which it can change without a fact changing.';

create unlogged table muster.dirty_topic (
  topic text not null
);
comment on table muster.dirty_topic is
  'Queue of topics whose facts have changed. Only appended to, so that nobody waits; emptied by whoever refreshes.';
create index dirty_topic_topic on muster.dirty_topic (topic);
comment on index muster.dirty_topic_topic is 'Finds what one refreshed topic leaves behind in the queue.';

create unlogged table muster.beat_epoch (
  one boolean primary key default true check (one),
  since timestamptz not null
);
comment on table muster.beat_epoch is
  'Since when the UNLOGGED tables hold what was written to them. A crash empties it with them, and that is how one tells.';

create table muster.job (
  name text not null check (name <> ''),
  username name not null default current_user,
  schedule text not null,
  command text not null,
  next_run_at timestamptz not null,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_error text,
  runs bigint not null default 0,
  failures bigint not null default 0,
  primary key (username, name)
);
comment on table muster.job is
  'Jobs that pg_cron does not run here, with what became of their last run. Kept by muster.schedule() and unschedule().';
comment on column muster.job.username is 'The role the command runs as.';
comment on column muster.job.schedule is 'Five cron fields in UTC, or ''N seconds''.';
comment on column muster.job.last_error is 'Why the last run failed; null when it did not.';
create index job_next_run_at on muster.job (next_run_at);
comment on index muster.job_next_run_at is 'Finds what is due.';

-- Identity ----------------------------------------------------------------------------------------------------------

-- PostgreSQL 16 can ask whether a text is valid input. 15 has to try, in a subtransaction, which parallel plans do not
-- allow; Supabase's own auth.uid() does not allow them either. Taking the text apart with regular expressions instead
-- costs ten times as much, and each policy asks.
do $$
begin
  if pg_catalog.current_setting('server_version_num')::int >= 160000 then
    create function muster.is_json(input text) returns boolean
    language sql immutable parallel safe
    return coalesce(
      -- deeper nesting could exhaust the stack, which is an error and no answer
      pg_catalog.length(input) - pg_catalog.length(pg_catalog.translate(input, '[{', '')) <= 1000
      and pg_catalog.pg_input_is_valid(input, 'jsonb'), false);
  else
    create function muster.is_json(input text) returns boolean
    language plpgsql immutable parallel unsafe
    set search_path = pg_catalog, pg_temp
    as $body$
    begin
      return input::jsonb is not null;
    exception
      when data_exception or program_limit_exceeded then
        return false;
    end
    $body$;
  end if;
end
$$;
comment on function muster.is_json(text) is
  'Whether the text can be cast to jsonb. False for NULL and for the empty text.';

create function muster.jwt() returns jsonb
language sql stable
return case
  when muster.is_json(pg_catalog.current_setting('request.jwt.claims', true))
  then pg_catalog.current_setting('request.jwt.claims', true)::jsonb
end;
comment on function muster.jwt() is
  'The claims of the caller, from request.jwt.claims; NULL when there are none or they are garbage.';

create function muster.uid() returns uuid
language sql stable
return pg_catalog.substring(
  muster.jwt() ->> 'sub', '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$'
)::uuid;
comment on function muster.uid() is 'The caller''s user id, from the claim "sub"; NULL when it is missing or no UUID.';

create function muster.role() returns text
language sql stable
return muster.jwt() ->> 'role';
comment on function muster.role() is 'The role that the caller''s claims name; NULL when they name none.';

do $$
begin
  if pg_catalog.current_setting('server_version_num')::int >= 160000 then
    alter function muster.jwt() parallel safe;
    alter function muster.uid() parallel safe;
    alter function muster.role() parallel safe;
  end if;
end
$$;

-- Freshness ---------------------------------------------------------------------------------------------------------

create function muster.is_fresh(seen timestamptz, stale_after interval) returns boolean
language sql stable parallel safe
return seen is not null and seen > pg_catalog.now() - stale_after;
comment on function muster.is_fresh(timestamptz, interval) is
  'The one definition of fresh: seen after now() - stale_after. Exactly at the threshold is stale, so is NULL; the future is fresh.';

create function muster.beats_since() returns timestamptz
language sql stable security definer
set search_path = pg_catalog, pg_temp
return greatest(
  pg_catalog.pg_postmaster_start_time(),
  coalesce((select e.since from muster.beat_epoch as e), pg_catalog.now())
);
comment on function muster.beats_since() is
  'When a row that has no beat was last seen, as far as anybody can know: beats are UNLOGGED and lost in a crash, and this is '
  'the later of the server''s start and the first look after a crash. In a view: is_fresh(seen, …) or seen is null and '
  'is_fresh((select muster.beats_since()), …), because a sub-select inside is_fresh() keeps it from being inlined.';

create function muster.assert_writable() returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_is_in_recovery() or current_setting('transaction_read_only')::boolean then
    raise exception 'muster: nothing can be written here'
      using errcode = 'read_only_sql_transaction',
        detail = case when pg_is_in_recovery() then 'This server is a standby.' else 'This transaction is read only.' end,
        hint = 'Call it on the primary, in a transaction that may write.';
  end if;
end
$$;
comment on function muster.assert_writable() is 'Raises on a standby and in a read-only transaction.';

create function muster.keep_epoch() returns void
language sql
set search_path = pg_catalog, pg_temp
begin atomic
  insert into muster.beat_epoch (since)
  select pg_catalog.now() where not exists (select from muster.beat_epoch)
  on conflict do nothing;
end;
comment on function muster.keep_epoch() is
  'Notes the first look after a crash, from which muster.beats_since() counts.';

-- Acting as somebody else ---------------------------------------------------------------------------------------------

create function muster.owner_of(relation regclass) returns oid
language sql stable
set search_path = pg_catalog, pg_temp
return (select c.relowner from pg_catalog.pg_class as c where c.oid = relation);
comment on function muster.owner_of(regclass) is 'The role that owns the relation; NULL when it has been dropped.';

create function muster.may_act_for(role oid) returns boolean
language sql stable
return coalesce(pg_catalog.pg_has_role(role, 'member'), false);
comment on function muster.may_act_for(oid) is 'Whether the current user is a member of the role.';

alter table muster.liveness enable row level security;
create policy "owners register their own relations" on muster.liveness
  using (muster.may_act_for(muster.owner_of(relation)))
  with check (muster.may_act_for(muster.owner_of(relation)));
comment on policy "owners register their own relations" on muster.liveness is
  'A row decides what runs as the relation''s owner: only the owner''s members write it.';

alter table muster.live_topic enable row level security;
create policy "owners publish counts of their own relations" on muster.live_topic
  using (muster.may_act_for(muster.owner_of(relation)))
  with check (muster.may_act_for(muster.owner_of(relation)));
comment on policy "owners publish counts of their own relations" on muster.live_topic is
  'A row decides what runs as the relation''s owner: only the owner''s members write it.';

alter table muster.job enable row level security;
create policy "users schedule their own jobs" on muster.job
  using (username = current_user)
  with check (username = current_user);
comment on policy "users schedule their own jobs" on muster.job is 'A job runs as its user: nobody writes another''s.';

create function muster.grant_access(grantee regrole, access text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  client constant regprocedure[] := array[
    'muster.uid()', 'muster.jwt()', 'muster.role()', 'muster.is_json(text)',
    'muster.is_fresh(timestamptz, interval)', 'muster.beats_since()']::regprocedure[];
  operator constant regprocedure[] := array[
    'muster.sweep(regclass)', 'muster.live_value(text)', 'muster.refresh_counts(boolean)',
    'muster.run_due_jobs()', 'muster.tick()']::regprocedure[];
  routine regprocedure;
begin
  if access is null or access not in ('client', 'operator', 'owner') then
    raise exception 'muster: there is no access named %', quote_nullable(access)
      using errcode = 'invalid_parameter_value', hint = 'Name client, operator or owner.';
  end if;
  execute format('grant usage on schema muster to %s', grantee);
  for routine in
    select granted.routine
    from unnest(client || operator) as granted (routine)
    where access = 'owner' or granted.routine = any (case access when 'client' then client else operator end)
    union
    -- an owner may call all that does not act with the installer's rights, and of the rest what marks and appoints
    select p.oid::regprocedure
    from pg_proc as p
    where access = 'owner' and p.pronamespace = 'muster'::regnamespace and (
      not p.prosecdef
      or p.oid = any (array['muster.appoint_deputy(oid)', 'muster.create_live_count()', 'muster.mark_changed()',
        'muster.mark_dirty(text[])', 'muster.forget_counts()']::regprocedure[]))
  loop
    execute format('grant execute on function %s to %s', routine, grantee);
  end loop;
  if access = 'owner' then
    execute format('grant select, insert, update, delete on muster.liveness, muster.live_topic, muster.job to %s', grantee);
  end if;
end
$$;
comment on function muster.grant_access(regrole, text) is
  'Lets a role use this schema. client: identity and freshness, for policies and views. operator: sweep, refresh and run what '
  'is due. owner: that too, and put its own relations on the roll, publish their counts, schedule jobs. Only for the installer.';

create function muster.deputy_name(role oid) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return (
  select case when length(a.rolname) <= 50 then 'deputy_' || a.rolname else 'deputy_' || md5(a.rolname::text) end
  from pg_catalog.pg_roles as a
  where a.oid = role
);
comment on function muster.deputy_name(oid) is 'The name, in schema muster, of the function that acts as the role.';

create function muster.has_deputy(role oid) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return exists (
  select
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'muster'::pg_catalog.regnamespace
    and p.proname = muster.deputy_name(role)
    and p.proowner = role
);
comment on function muster.has_deputy(oid) is 'Whether there is a function that acts as the role.';

-- The deputy's body names the role it has to be: its owner cannot rewrite it (that takes CREATE on this schema), and
-- if the owner makes it SECURITY INVOKER, muster.perform() finds somebody else in charge and refuses.
create function muster.appoint_deputy(role oid) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  installer constant name := current_user;
  rolename constant name := pg_get_userbyid(role);
  deputy constant text := format('muster.%I(text, text[])', muster.deputy_name(role));
  lent boolean := false;
begin
  if rolename = installer or muster.has_deputy(role) then
    return;
  end if;
  if not pg_has_role(installer, role, 'member') then
    raise exception 'muster: cannot act as role %', quote_ident(rolename)
      using errcode = 'insufficient_privilege',
        detail = format('Muster is installed by role %I, which is not a member of role %I.', installer, rolename),
        hint = format('A superuser can say: grant %I to %I;', rolename, installer);
  end if;
  perform muster.grant_access(role::regrole, 'owner');
  if to_regprocedure(deputy) is not null then
    execute format('drop function %s', deputy);
  end if;
  execute format(
    'create function muster.%I(task text, subject text[]) returns jsonb'
    ' language sql security definer set search_path = pg_catalog, pg_temp'
    ' return muster.perform(%L, task, subject)', muster.deputy_name(role), rolename);
  execute format('comment on function %s is %L', deputy,
    format('Performs muster''s tasks as role %s.', rolename));
  if not has_schema_privilege(role, 'muster', 'create') then
    execute format('grant create on schema muster to %I', rolename);
    lent := true;
  end if;
  execute format('alter function %s owner to %I', deputy, rolename);
  if lent then
    execute format('revoke create on schema muster from %I', rolename);
  end if;
  execute format('revoke execute on function %s from public', deputy);
  execute format('grant execute on function %s to %I', deputy, installer);
end
$$;
comment on function muster.appoint_deputy(oid) is
  'Makes the function through which muster acts as the role. It performs only what the registers hold for that role.';

create function muster.refuse_deferred_code(role oid) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  found_trigger record;
begin
  if current_setting('server_version_num')::int >= 180000 or role = quote_ident(session_user)::regrole
    or not pg_has_role(session_user, role, 'member') or pg_has_role(role, session_user, 'member')
  then
    return;
  end if;
  select t.tgname, t.tgrelid::regclass as relation into found_trigger
  from pg_trigger as t
  join pg_class as c on c.oid = t.tgrelid
  join pg_proc as p on p.oid = t.tgfoid
  left join pg_constraint as x on x.oid = t.tgconstraint
  left join pg_index as i on i.indexrelid = x.conindid and x.contype = 'x'
  where t.tgdeferrable
    and (not t.tgisinternal or i.indexprs is not null or i.indpred is not null)
    and not (pg_has_role(c.relowner, session_user, 'member') and pg_has_role(p.proowner, session_user, 'member'))
  limit 1;
  if found then
    raise exception 'muster: will not act as role % in a session of role %',
        quote_ident(pg_get_userbyid(role)), quote_ident(session_user)
      using errcode = 'insufficient_privilege',
        detail = format('Deferrable trigger %I on %s belongs to a lesser role and could run at commit with the rights of %I.',
          found_trigger.tgname, found_trigger.relation, session_user),
        hint = 'Run this in a session of the owner, or of a role without rights of its own, or on PostgreSQL 18 or newer.';
  end if;
end
$$;
comment on function muster.refuse_deferred_code(oid) is
  'Before PostgreSQL 18 a deferred trigger runs at commit as the session''s user. Where a role with fewer rights could have '
  'left one behind, this raises, and what was done for that role is undone.';

create function muster.perform(acting_as name, task text, subject text[]) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  result jsonb;
begin
  if current_user <> acting_as then
    raise exception 'muster: the deputy of role % does not act as that role', quote_ident(acting_as)
      using errcode = 'insufficient_privilege',
        hint = format('Drop function muster.%I; it is made anew when it is needed.',
          muster.deputy_name(quote_ident(acting_as)::regrole));
  end if;
  case task
    when 'sweep' then
      result := to_jsonb(muster.sweep_relation(subject[1]::oid::regclass));
    when 'count' then
      result := muster.count_topics(subject[1], subject[2:]);
    when 'job' then
      perform muster.run_job(subject[1]);
  end case;
  return result;
end
$$;
comment on function muster.perform(name, text, text[]) is
  'One task of muster on behalf of the current user, who has to be the role named: sweep, count or job.';

create function muster.delegate(role oid, task text, subject text[]) returns jsonb
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  result jsonb;
begin
  if role = quote_ident(current_user)::regrole then
    result := muster.perform(current_user, task, subject);
  else
    perform muster.appoint_deputy(role);
    execute format('select muster.%I($1, $2)', muster.deputy_name(role)) into result using task, subject;
  end if;
  perform muster.refuse_deferred_code(role);
  return result;
end
$$;
comment on function muster.delegate(oid, text, text[]) is
  'Has a task done as the role. Called as the installer only; nothing that runs inside can change the role.';

-- The roll ----------------------------------------------------------------------------------------------------------

create function muster.primary_key_column(relation regclass) returns name
language sql stable
set search_path = pg_catalog, pg_temp
return (
  select a.attname
  from pg_catalog.pg_index as i
  join pg_catalog.pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
  where i.indrelid = relation and i.indisprimary and i.indnkeyatts = 1
);
comment on function muster.primary_key_column(regclass) is
  'The one column of the primary key; NULL when it has none or several.';

create function muster.column_type(relation regclass, column_name name) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return (
  select pg_catalog.format_type(a.atttypid, a.atttypmod)
  from pg_catalog.pg_attribute as a
  where a.attrelid = relation and a.attname = column_name and a.attnum > 0 and not a.attisdropped
);
comment on function muster.column_type(regclass, name) is
  'The type of a column, as one writes it; NULL when there is no such column.';

create function muster.assert_column(relation regclass, column_name name, purpose text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if column_name is null then
    raise exception 'muster: % has no primary key of one column', relation
      using errcode = 'invalid_table_definition', hint = format('Name the %s.', purpose);
  elsif muster.column_type(relation, column_name) is null then
    raise exception 'muster: % has no column %', relation, quote_ident(column_name)
      using errcode = 'undefined_column', detail = format('It is to be the %s.', purpose);
  end if;
end
$$;
comment on function muster.assert_column(regclass, name, text) is 'Raises when the relation has no such column.';

create function muster.assert_unique(relation regclass, column_name name) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (
    select
    from pg_index as i
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
    where i.indrelid = relation and i.indisunique and i.indnkeyatts = 1 and i.indpred is null
      and a.attname = column_name
  ) then
    raise exception 'muster: column % of % is not unique', quote_ident(column_name), relation
      using errcode = 'invalid_table_definition',
        detail = 'Rows are ended by this column; two rows with one value could not be told apart.',
        hint = 'Add a unique constraint on it, or name another column.';
  end if;
end
$$;
comment on function muster.assert_unique(regclass, name) is
  'Raises when no unique index says that the column tells rows apart.';

create function muster.assert_table(relation regclass) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from pg_class as c where c.oid = relation and c.relkind in ('r', 'p')) then
    raise exception 'muster: % is not a table', coalesce(relation::text, 'NULL') using errcode = 'wrong_object_type';
  end if;
  if not muster.may_act_for(muster.owner_of(relation)) then
    raise exception 'muster: must be owner of table %', relation using errcode = 'insufficient_privilege';
  end if;
end
$$;
comment on function muster.assert_table(regclass) is
  'Raises unless it is a table of the current user, or of a role he is a member of.';

create function muster.grace(roll muster.liveness, fact text) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  case when roll.created_column is null then '%1$L::timestamptz' else 'greatest(%2$s.%3$I, %1$L::timestamptz)' end,
  to_char(muster.beats_since() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00'), fact, roll.created_column);
comment on function muster.grace(muster.liveness, text) is 'SQL for when a row without a beat was last seen.';

-- The owner's condition stands in a subquery of its own, where no name can be taken for a column of the beats, and ends
-- in a line break, so that a comment at its end does no harm.
create function muster.live_rows(roll muster.liveness, condition text default 'true') returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  'select fact.*, coalesce(%s.%I, %s) as muster_seen from (select * from %s where (%s' || E'\n' || ') and (%s' || E'\n'
    || ')) as fact%s',
  case when roll.beats = roll.relation then 'fact' else 'beat' end,
  roll.beat_column,
  muster.grace(roll, 'fact'),
  roll.relation,
  roll.live_when,
  condition,
  case when roll.beats <> roll.relation then
    pg_catalog.format(' left join %s as beat on beat.%I = fact.%I', roll.beats, roll.beats_key, roll.key)
  end
);
comment on function muster.live_rows(muster.liveness, text) is
  'SQL for the rows that are meant to be live and fulfil the condition, with muster_seen: when each was last seen.';

create function muster.beats_reference(roll muster.liveness) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return exists (
  select
  from pg_catalog.pg_constraint as c
  join pg_catalog.pg_attribute as b on b.attrelid = c.conrelid and array[b.attnum] = c.conkey
  join pg_catalog.pg_attribute as f on f.attrelid = c.confrelid and array[f.attnum] = c.confkey
  where c.contype = 'f' and c.convalidated
    and c.conrelid = roll.beats and b.attname = roll.beats_key
    and c.confrelid = roll.relation and f.attname = roll.key
);
comment on function muster.beats_reference(muster.liveness) is
  'Whether a foreign key says that every beat belongs to a fact.';

create function muster.stale_chunks(roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  'select array_agg(numbered.key)'
  ' from (select stale.key, (row_number() over () - 1) / 1000 as chunk from (%s) as stale) as numbered'
  ' group by numbered.chunk',
  case
    when roll.beats = roll.relation then pg_catalog.format(
      'select live.%I::text as key from (%s) as live where not muster.is_fresh(live.muster_seen, %L)',
      roll.key, muster.live_rows(roll), roll.stale_after)
    else pg_catalog.format(
      $sql$
        select beat.%1$I::text as key
        from %2$s as beat
        where not muster.is_fresh(beat.%3$I, %4$L)
          and exists (select from (select * from %6$s where (%8$s
          )) as fact where fact.%5$I = beat.%1$I)
        union all
        select fact.%5$I::text
        from (select * from %6$s where (%8$s
        )) as fact
        where not muster.is_fresh(%7$s, %4$L) and not exists (select from %2$s as beat where beat.%1$I = fact.%5$I)
      $sql$,
      roll.beats_key, roll.beats, roll.beat_column, roll.stale_after, roll.key, roll.relation, muster.grace(roll, 'fact'),
      roll.live_when)
  end);
comment on function muster.stale_chunks(muster.liveness) is
  'SQL for the keys of the rows that seem stale, as text, in arrays of a thousand.';

create function muster.locking_facts(roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  $sql$
    select array_agg(locked.key), array_agg(locked.seen)
    from (
      select fact.%1$I::text as key, %2$s as seen
      from %3$s as fact
      where fact.%1$I = any ($1::%4$s[]) and (%5$s
      ) and not muster.is_fresh(%2$s, %6$L)
      for update skip locked
    ) as locked
  $sql$,
  roll.key,
  case
    when roll.beats = roll.relation then
      pg_catalog.format('coalesce(fact.%I, %s)', roll.beat_column, muster.grace(roll, 'fact'))
    else '''-infinity''::timestamptz'
  end,
  roll.relation, muster.column_type(roll.relation, roll.key), roll.live_when, roll.stale_after);
comment on function muster.locking_facts(muster.liveness) is
  'SQL that locks, of the fact rows with the keys $1, those that are still meant to be live, and leaves what somebody else has '
  'locked. Rows that carry their own beat are looked at again as they are once locked.';

create function muster.locking_beats(roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  $sql$
    with locked as materialized (
      select beat.%1$I::text as key, coalesce(beat.%2$I, '-infinity') as seen
      from %3$s as beat
      where beat.%1$I = any ($1::%4$s[]) and not muster.is_fresh(beat.%2$I, %5$L)
      for update skip locked
    ), silent as materialized (
      select other.key::%6$s as key
      from (select pg_catalog.unnest($1) as key except all select locked.key from locked) as other
      where not exists (select from %3$s as beat where beat.%1$I = other.key::%4$s)
    ), ended as (
      select locked.key, locked.seen from locked
      union all
      select silent.key::text, %7$s
      from silent
      join %8$s as fact on fact.%9$I = silent.key
      where not muster.is_fresh(%7$s, %5$L)
    )
    select array_agg(ended.key), array_agg(ended.seen) from ended
  $sql$,
  roll.beats_key, roll.beat_column, roll.beats, muster.column_type(roll.beats, roll.beats_key), roll.stale_after,
  muster.column_type(roll.relation, roll.key), muster.grace(roll, 'fact'), roll.relation, roll.key);
comment on function muster.locking_beats(muster.liveness) is
  'SQL that finds, among the locked facts with the keys $1, those to be ended: the beat row is locked and, looked at again as it '
  'is once locked, still stale; or there is none, and the grace for that is over.';

create function muster.ending(roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  case
    when pg_catalog.lower(pg_catalog.btrim(roll.on_stale)) = 'delete' then
      $sql$
        delete from %1$s as fact
        using rows from (pg_catalog.unnest($1::%2$s[]), pg_catalog.unnest($2)) as last (key, seen)
        where fact.%3$I = last.key
      $sql$
    else
      $sql$
        update %1$s as fact set %4$s
        from rows from (pg_catalog.unnest($1::%2$s[]), pg_catalog.unnest($2)) as last (key, seen)
        where fact.%3$I = last.key
      $sql$
  end,
  roll.relation, muster.column_type(roll.relation, roll.key), roll.key, roll.on_stale);
comment on function muster.ending(muster.liveness) is
  'SQL that ends the rows with the keys $1, last seen at $2: a DELETE, or the UPDATE of on_stale.';

create function muster.deleting_beats(roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format('delete from %s as beat where beat.%I = any ($1::%s[])',
  roll.beats, roll.beats_key, muster.column_type(roll.beats, roll.beats_key));
comment on function muster.deleting_beats(muster.liveness) is
  'SQL that deletes the beats of the keys $1, so that a beat that comes too late finds none and registers again.';

create function muster.assert_instant(relation regclass, column_name name, purpose text) returns void
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
  perform muster.assert_column(relation, column_name, purpose);
  if muster.column_type(relation, column_name) !~ '^timestamp(\(\d\))? with time zone$' then
    raise exception 'muster: column % of % is not timestamptz', quote_ident(column_name), relation
      using errcode = 'datatype_mismatch',
        detail = format('It is %s, and is to be the %s.', muster.column_type(relation, column_name), purpose);
  end if;
end
$$;
comment on function muster.assert_instant(regclass, name, text) is 'Raises unless the column is a timestamptz.';

create function muster.beats_are_enough(kept muster.live_topic, roll muster.liveness) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
return roll.beats <> roll.relation
  and kept.counted_by is null
  and kept.distinct_by is null
  and array[btrim(lower(roll.live_when)), btrim(lower(kept.counted_when))] = array['true', 'true']
  and not muster.is_fresh(muster.beats_since(), roll.stale_after)
  and roll.created_column is null
  and muster.beats_reference(roll);
comment on function muster.beats_are_enough(muster.live_topic, muster.liveness) is
  'Whether the beats alone tell the count: every fact counts, every beat has a fact, and who has no beat is not there.';

create function muster.counting(kept muster.live_topic, roll muster.liveness) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return pg_catalog.format(
  $sql$
    select jsonb_agg(to_jsonb(counted))
    from (
      select %1$s as of,
        count(%2$s) filter (where muster.is_fresh(live.muster_seen, %3$L)) as value,
        -- a stale row can come back by a beat, which changes no fact: while there is one, look again
        case
          when muster.is_fresh(min(coalesce(live.muster_seen, '-infinity')), %3$L) then min(live.muster_seen) + %3$L
          else now()
        end as due
      from (%4$s) as live
      group by 1
    ) as counted
  $sql$,
  case when kept.counted_by is null then 'null::text' else pg_catalog.format('live.%I::text', kept.counted_by) end,
  case when kept.distinct_by is null then '*' else pg_catalog.format('distinct live.%I', kept.distinct_by) end,
  roll.stale_after,
  case
    when muster.beats_are_enough(kept, roll) then
      pg_catalog.format('select beat.%I as muster_seen from %s as beat', roll.beat_column, roll.beats)
    when kept.counted_by is null then muster.live_rows(roll, kept.counted_when)
    else muster.live_rows(roll, pg_catalog.format('(%s' || E'\n' || ') and %I = any ($1::%s[])', kept.counted_when,
      kept.counted_by, muster.column_type(roll.relation, kept.counted_by)))
  end);
comment on function muster.counting(muster.live_topic, muster.liveness) is
  'SQL that counts a topic, or of a topic that counts by a column the values $1: of, value, and when it is due again.';

create function muster.assert_conditions(roll muster.liveness, kept muster.live_topic) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  purpose text := 'live_when';
  given text := roll.live_when;
begin
  execute 'explain ' || muster.live_rows(roll);
  purpose := 'on_stale';
  given := roll.on_stale;
  execute 'explain ' || muster.ending(roll) using array[]::text[], array[]::timestamptz[];
  purpose := 'counted_when';
  given := kept.counted_when;
  execute 'explain ' || muster.counting(kept, roll) using array[]::text[];
exception
  when syntax_error_or_access_rule_violation or data_exception or feature_not_supported then
    raise exception 'muster: % is not usable: %', purpose, sqlerrm
      using errcode = sqlstate, detail = format('Given was: %s', given);
end
$$;
comment on function muster.assert_conditions(muster.liveness, muster.live_topic) is
  'Raises, naming what was given, when PostgreSQL cannot plan what the register would have it do.';

create function muster.track(
  relation regclass,
  stale_after interval,
  on_stale text default 'delete',
  beats regclass default null,
  beat_column name default 'seen',
  key name default null,
  beats_key name default null,
  live_when text default 'true',
  created_column name default null
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  roll muster.liveness;
begin
  perform muster.assert_table(relation);
  roll.relation := relation;
  roll.beats := coalesce(beats, relation);
  perform muster.assert_table(roll.beats);
  roll.key := coalesce(key, muster.primary_key_column(relation));
  perform muster.assert_column(relation, roll.key, 'key');
  perform muster.assert_unique(relation, roll.key);
  roll.beats_key := coalesce(beats_key, case when roll.beats = relation then roll.key end,
    muster.primary_key_column(roll.beats));
  perform muster.assert_column(roll.beats, roll.beats_key, 'beats_key');
  perform muster.assert_unique(roll.beats, roll.beats_key);
  roll.beat_column := beat_column;
  perform muster.assert_instant(roll.beats, roll.beat_column, 'beat_column');
  roll.created_column := created_column;
  if created_column is not null then
    perform muster.assert_instant(relation, created_column, 'created_column');
  end if;
  if stale_after is null or stale_after <= '0'::interval then
    raise exception 'muster: stale_after is %', coalesce(stale_after::text, 'NULL')
      using errcode = 'invalid_parameter_value', hint = 'Say how long a row stays fresh, such as ''60 seconds''.';
  end if;
  roll.stale_after := stale_after;
  roll.live_when := coalesce(live_when, 'true');
  roll.on_stale := coalesce(on_stale, 'delete');
  perform muster.assert_conditions(roll, row('', relation, null, 'true', null)::muster.live_topic);
  if roll.beats <> relation and not muster.beats_reference(roll) then
    raise notice 'muster: column % of % does not reference column % of %',
        quote_ident(roll.beats_key), roll.beats, quote_ident(roll.key), relation
      using detail = 'A first beat that arrives during a sweep may then go unnoticed.',
        hint = 'Add a foreign key on delete cascade.';
  end if;
  perform muster.appoint_deputy(muster.owner_of(relation));
  insert into muster.liveness as l values (roll.*)
  on conflict on constraint liveness_pkey do update
  set (key, beats, beats_key, beat_column, created_column, stale_after, live_when, on_stale) = (
    excluded.key, excluded.beats, excluded.beats_key, excluded.beat_column, excluded.created_column,
    excluded.stale_after, excluded.live_when, excluded.on_stale)
  where (l.*) is distinct from (excluded.*);
end
$$;
comment on function muster.track(regclass, interval, text, regclass, name, name, name, text, name) is
  'Puts a table on the roll, or changes how it stands there: which rows are live, where they beat, and what happens to a row '
  'that has not beaten for stale_after: ''delete'', or the assignments of an UPDATE. Only for members of the table''s owner.';

create function muster.untrack(relation regclass) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  topic text;
  found_row boolean;
begin
  for topic in select t.topic from muster.live_topic as t where t.relation = untrack.relation loop
    perform muster.unpublish_count(topic);
  end loop;
  delete from muster.liveness as l where l.relation = untrack.relation;
  found_row := found;
  return found_row;
end
$$;
comment on function muster.untrack(regclass) is
  'Takes a table off the roll, and its live counts with it. False when it was not on the roll.';

create function muster.login_search_path() returns text
language sql stable
set search_path = pg_catalog, pg_temp
return coalesce(
  (
    select substring(setting.line, '^search_path=(.*)$')
    from pg_catalog.pg_db_role_setting as d
    join pg_catalog.pg_roles as r on r.rolname = current_user
    cross join unnest(d.setconfig) as setting (line)
    where d.setrole in (r.oid, 0)
      and d.setdatabase in (0, (select b.oid from pg_catalog.pg_database as b where b.datname = current_database()))
      and setting.line like 'search\_path=%'
    order by d.setrole = 0, d.setdatabase = 0
    limit 1
  ),
  '"$user", public'
);
comment on function muster.login_search_path() is
  'The search_path that the current user would find after logging in here.';

create function muster.end_rows(roll muster.liveness, keys text[], seen timestamptz[]) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  ended bigint;
begin
  -- the owner's triggers fire here, and may count on what a session of the owner would find
  perform set_config('search_path', muster.login_search_path(), true);
  if roll.beats <> roll.relation then
    execute muster.deleting_beats(roll) using keys;
  end if;
  execute muster.ending(roll) using keys, seen;
  get diagnostics ended = row_count;
  -- what a trigger put off must not outlive the role it was put off by
  set constraints all immediate;
  return ended;
end
$$;
comment on function muster.end_rows(muster.liveness, text[], timestamptz[]) is
  'Ends the rows with these keys, last seen then, and says how many. Their locks are held already.';

create function muster.sweep_relation(relation regclass) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  roll muster.liveness;
  keys text[];
  seen timestamptz[];
  total bigint := 0::bigint;
begin
  select * into strict roll from muster.liveness as l where l.relation = sweep_relation.relation;
  for keys in execute muster.stale_chunks(roll) loop
    -- The fact rows first: a first beat needs a share of the fact's lock for its foreign key, so from here on no beat
    -- row can appear unseen. Then the beat rows: a fact is ended with its beat in hand, or knowing that there is none.
    -- Each statement has a snapshot of its own, newer than the locks of the one before.
    execute muster.locking_facts(roll) into keys, seen using keys;
    if roll.beats <> roll.relation then
      execute muster.locking_beats(roll) into keys, seen using keys;
    end if;
    total := total + muster.end_rows(roll, keys, seen);
  end loop;
  return total;
end
$$;
comment on function muster.sweep_relation(regclass) is
  'Ends what is stale in one live relation, as the current user, and says how many. muster.sweep() calls it as the owner.';

create function muster.sweep(of_relation regclass default null)
returns table (relation regclass, swept bigint)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  message text;
  detail text;
begin
  if current_setting('transaction_isolation') <> 'read committed' then
    raise exception 'muster: a sweep needs READ COMMITTED, this transaction is %',
        upper(current_setting('transaction_isolation'))
      using errcode = 'invalid_transaction_state',
        detail = 'In an older snapshot a beat that has just arrived could not be seen.';
  end if;
  perform muster.assert_writable();
  perform muster.keep_epoch();
  delete from muster.liveness as l where muster.owner_of(l.relation) is null;
  if of_relation is not null then
    if not exists (select from muster.liveness as l where l.relation = of_relation) then
      raise exception 'muster: % is not on the roll', of_relation
        using errcode = 'undefined_object', hint = 'Put it there with muster.track().';
    end if;
    return query
      select of_relation,
        muster.delegate(muster.owner_of(of_relation), 'sweep', array[of_relation::oid::text])::bigint;
    return;
  end if;
  for relation in select l.relation from muster.liveness as l order by l.relation::text loop
    begin
      swept := muster.delegate(muster.owner_of(relation), 'sweep', array[relation::oid::text])::bigint;
    exception
      when others then
        get stacked diagnostics message = message_text, detail = pg_exception_detail;
        raise warning 'muster: % was not swept: %', relation, message using errcode = sqlstate, detail = detail;
        swept := null;
    end;
    return next;
  end loop;
end
$$;
comment on function muster.sweep(regclass) is
  'Ends or deletes what is stale in every live relation, or in one, each as its owner, and says how many. A row that beats '
  'meanwhile stays. Sweeps at the same time share the work. A relation that fails is a warning and NULL, and stops no other.';

-- Live counts ---------------------------------------------------------------------------------------------------------

create function muster.create_live_count() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  if to_regclass('muster.live_count') is not null then
    return;
  end if;
  create table muster.live_count (
    topic text primary key,
    value bigint not null,
    changed_at timestamptz not null
  );
  alter table muster.live_count enable row level security;
  comment on table muster.live_count is
    'The live counts as clients see them: published, written only when a value changes, readable by policy.';
  comment on column muster.live_count.topic is 'What is counted: topic, or topic:value.';
  comment on column muster.live_count.changed_at is 'When the value became what it is.';
end
$$;
comment on function muster.create_live_count() is
  'Makes the table muster.live_count where it is missing. Call it before naming the table in publications and policies.';

create function muster.mark_dirty(topics text[]) returns void
language sql security definer
set search_path = pg_catalog, pg_temp
begin atomic
  insert into muster.dirty_topic (topic) select t.topic from unnest(topics) as t (topic);
end;
comment on function muster.mark_dirty(text[]) is 'Asks for a recount of the topics.';

create function muster.mark_changed() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  base constant text := tg_argv[0];
  counted_by constant text := tg_argv[1];
begin
  if tg_op = 'TRUNCATE' then
    insert into muster.dirty_topic (topic)
    select c.topic from muster.live_count as c where split_part(c.topic, ':', 1) = base;
  elsif counted_by is null then
    execute format('insert into muster.dirty_topic (topic) select $1 where exists (select from %I)',
      case tg_op when 'INSERT' then 'new_rows' else 'old_rows' end) using base;
  else
    -- format() writes a value as its type's output function does; a cast could be a function of somebody else's
    execute format(
      case tg_op
        when 'INSERT' then
          'insert into muster.dirty_topic (topic)'
          ' select distinct format(''%%s:%%s'', $1, %1$I) from new_rows where %1$I is not null'
        when 'DELETE' then
          'insert into muster.dirty_topic (topic)'
          ' select distinct format(''%%s:%%s'', $1, %1$I) from old_rows where %1$I is not null'
        else
          'insert into muster.dirty_topic (topic)'
          ' select format(''%%s:%%s'', $1, %1$I) from old_rows where %1$I is not null'
          ' union select format(''%%s:%%s'', $1, %1$I) from new_rows where %1$I is not null'
      end, counted_by) using base;
  end if;
  return null;
end
$$;
comment on function muster.mark_changed() is
  'Trigger: puts the topics that a statement touched into the queue. Anybody who may write the facts fires it, hence its '
  'owner''s rights.';

create function muster.count_topics(base text, of_values text[]) returns jsonb
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
  kept muster.live_topic;
  roll muster.liveness;
  result jsonb;
begin
  select * into strict kept from muster.live_topic as t where t.topic = base;
  select * into strict roll from muster.liveness as l where l.relation = kept.relation;
  execute muster.counting(kept, roll) into result using of_values;
  return coalesce(result, '[]'::jsonb);
end
$$;
comment on function muster.count_topics(text, text[]) is
  'Counts a topic, or the named values of one that counts by a column, as the current user: of, value, and when it is due again.';

create function muster.count_now(topics text[]) returns table (topic text, value bigint, due_at timestamptz)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  base constant text := split_part(topics[1], ':', 1);
  owner oid;
  counted jsonb;
begin
  select muster.owner_of(t.relation) into owner from muster.live_topic as t where t.topic = base;
  if owner is null then
    raise exception 'muster: there is no live count %', quote_nullable(base)
      using errcode = 'undefined_object', hint = 'Make one with muster.publish_count().';
  end if;
  counted := muster.delegate(owner, 'count',
    array[base] || array(select substr(t.topic, length(base) + 2) from unnest(topics) as t (topic)));
  return query
    select t.topic, coalesce(c.value, 0), coalesce(c.due, 'infinity')
    from unnest(topics) as t (topic)
    left join jsonb_to_recordset(counted) as c (of text, value bigint, due timestamptz)
      on t.topic = base || coalesce(':' || c.of, '');
end
$$;
comment on function muster.count_now(text[]) is
  'Counts topics of one base, as the owner of what is counted, and stores nothing.';

create function muster.recount(topics text[]) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  -- The queue first and the count after it, in a newer snapshot: what commits in between is counted, and marked again.
  delete from muster.dirty_topic as d where d.topic = any (topics);
  with counted as materialized (
    select n.topic, n.value, n.due_at from muster.count_now(topics) as n
  ), stored as (
    insert into muster.live_count as c (topic, value, changed_at)
    select n.topic, n.value, clock_timestamp()
    from counted as n
    where n.value <> 0 or n.topic not like '%:%' or exists (select from muster.live_count as o where o.topic = n.topic)
    on conflict (topic) do update set value = excluded.value, changed_at = excluded.changed_at
    where c.value <> excluded.value
  )
  update muster.live_count_state as s
  set refreshed_at = clock_timestamp(), due_at = n.due_at
  from counted as n
  where s.topic = n.topic;
  -- a value that nothing was ever counted for is not remembered: anybody can ask for any number of them
  delete from muster.live_count_state as s
  where s.topic = any (topics) and not exists (select from muster.live_count as c where c.topic = s.topic);
end
$$;
comment on function muster.recount(text[]) is
  'Counts topics of one base and stores what has changed. The caller holds the locks of their rows in muster.live_count_state.';

create function muster.refresh_counts(everything boolean default false) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  base text;
  topics text[];
  refreshed bigint := 0::bigint;
  message text;
  detail text;
begin
  perform muster.assert_writable();
  if to_regclass('muster.live_count') is null then
    return refreshed;
  end if;
  perform muster.keep_epoch();
  insert into muster.live_count_state (topic, refreshed_at, due_at)
  select known.topic, '-infinity', '-infinity'
  from (
    select d.topic from muster.dirty_topic as d
    union
    select c.topic from muster.live_count as c
    union
    select t.topic from muster.live_topic as t where t.counted_by is null
  ) as known
  where not exists (select from muster.live_count_state as s where s.topic = known.topic)
  on conflict do nothing;

  for base in
    select distinct split_part(s.topic, ':', 1)
    from muster.live_count_state as s
    where everything or s.due_at <= clock_timestamp() or exists (select from muster.dirty_topic as d where d.topic = s.topic)
  loop
    begin
      topics := array(
        select s.topic
        from muster.live_count_state as s
        where split_part(s.topic, ':', 1) = base
          and (everything or s.refreshed_at <= clock_timestamp() - '500 ms'::interval
            and (s.due_at <= clock_timestamp() or exists (select from muster.dirty_topic as d where d.topic = s.topic)))
        for update skip locked);
      if cardinality(topics) = 0 then
        continue;
      elsif exists (select from muster.live_topic as t where t.topic = base) then
        perform muster.recount(topics);
        refreshed := refreshed + cardinality(topics);
      else
        delete from muster.dirty_topic as d where d.topic = any (topics);
        delete from muster.live_count_state as s where s.topic = any (topics);
        delete from muster.live_count as c where c.topic = any (topics);
      end if;
    exception
      when others then
        get stacked diagnostics message = message_text, detail = pg_exception_detail;
        raise warning 'muster: live count % was not refreshed: %', base, message using errcode = sqlstate, detail = detail;
    end;
  end loop;
  return refreshed;
end
$$;
comment on function muster.refresh_counts(boolean) is
  'Recounts the topics whose facts have changed and those whose time has come, each at most every 500 ms, and says how many. '
  'With true, all of them at once. Callers at the same time share the work.';

create function muster.live_value(of_topic text) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  stored bigint;
  refreshed_at timestamptz;
begin
  if pg_is_in_recovery() then
    return (select c.value from muster.live_count as c where c.topic = of_topic);
  end if;
  select c.value, s.refreshed_at into stored, refreshed_at
  from muster.live_count_state as s
  join muster.live_count as c on c.topic = s.topic
  where s.topic = of_topic;
  if refreshed_at > clock_timestamp() - '500 ms'::interval then
    return stored;
  end if;
  if not current_setting('transaction_read_only')::boolean
    and current_setting('transaction_isolation') = 'read committed'
  then
    perform muster.keep_epoch();
    if refreshed_at is null and pg_try_advisory_xact_lock(hashtext('muster.live_value'), hashtext(of_topic)) then
      insert into muster.live_count_state (topic, refreshed_at, due_at) values (of_topic, '-infinity', '-infinity')
      on conflict do nothing;
    end if;
    perform from muster.live_count_state as s where s.topic = of_topic for update skip locked;
    if found then
      perform muster.recount(array[of_topic]);
      return coalesce((select c.value from muster.live_count as c where c.topic = of_topic), 0);
    elsif refreshed_at > clock_timestamp() - '1 s'::interval then
      return stored;
    end if;
  end if;
  return (select n.value from muster.count_now(array[of_topic]) as n);
end
$$;
comment on function muster.live_value(text) is
  'A live count, at most half a second old. Whoever finds it older counts again, for everybody; while somebody else is at it, '
  'the value of the last second is good enough, and failing that one counts for oneself. A standby gives what is published. '
  'It shows any topic to whoever may call it: give clients a function of your own around it.';

create function muster.forget_counts() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  delete from muster.live_count as c
  where not exists (select from muster.live_topic as t where t.topic = split_part(c.topic, ':', 1));
  delete from muster.live_count_state as s
  where not exists (select from muster.live_topic as t where t.topic = split_part(s.topic, ':', 1));
end
$$;
comment on function muster.forget_counts() is 'Deletes the values of counts that nobody keeps any more.';

create function muster.creating_triggers(kept muster.live_topic) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return (
  select string_agg(
    pg_catalog.format(
      'create trigger %1$I after %2$s on %3$s %4$s for each statement execute function muster.mark_changed(%5$s);'
      'comment on trigger %1$I on %3$s is %6$L;',
      pg_catalog.format('muster_%s_%s', kept.topic, event.name), event.name, kept.relation, event.tables,
      concat_ws(', ', quote_literal(kept.topic), quote_literal(kept.counted_by)),
      pg_catalog.format('Has the live count %s recounted.', kept.topic)),
    '')
  from (values
    ('insert', 'referencing new table as new_rows'),
    ('update', 'referencing old table as old_rows new table as new_rows'),
    ('delete', 'referencing old table as old_rows'),
    ('truncate', '')
  ) as event (name, tables)
);
comment on function muster.creating_triggers(muster.live_topic) is
  'SQL that makes the triggers that mark what changes.';

create function muster.dropping_triggers(kept muster.live_topic) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return (
  select string_agg(
    pg_catalog.format('drop trigger if exists %I on %s;',
      pg_catalog.format('muster_%s_%s', kept.topic, event.name), kept.relation),
    '')
  from unnest(array['insert', 'update', 'delete', 'truncate']) as event (name)
);
comment on function muster.dropping_triggers(muster.live_topic) is
  'SQL that drops the triggers that mark what changes.';

create function muster.marking_all(kept muster.live_topic) returns text
language sql stable
set search_path = pg_catalog, pg_temp
return case
  when kept.counted_by is null then pg_catalog.format('select muster.mark_dirty(array[%L])', kept.topic)
  else pg_catalog.format(
    'select muster.mark_dirty(array('
    'select distinct format(''%%s:%%s'', %L, fact.%I) from %s as fact where fact.%2$I is not null))',
    kept.topic, kept.counted_by, kept.relation)
end;
comment on function muster.marking_all(muster.live_topic) is 'SQL that has every value of the topic recounted.';

create function muster.publish_count(
  topic text,
  relation regclass,
  by name default null,
  counted_when text default 'true',
  distinct_by name default null
) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  roll muster.liveness;
  kept muster.live_topic;
begin
  perform muster.assert_table(relation);
  select * into roll from muster.liveness as l where l.relation = publish_count.relation;
  if not found then
    raise exception 'muster: % is not on the roll', relation
      using errcode = 'undefined_object', hint = 'Put it there with muster.track() first.';
  end if;
  if topic is null or topic !~ '^[a-z][a-z0-9_]{0,39}$' then
    raise exception 'muster: % is not a name for a live count', quote_nullable(topic)
      using errcode = 'invalid_name', hint = 'Lower-case letters, digits and _, a letter first, 40 at most.';
  end if;
  kept := row(topic, relation, "by", coalesce(counted_when, 'true'), distinct_by)::muster.live_topic;
  if kept.counted_by is not null then
    perform muster.assert_column(relation, kept.counted_by, 'column to count by');
  end if;
  if kept.distinct_by is not null then
    perform muster.assert_column(relation, kept.distinct_by, 'column whose values are counted');
  end if;
  perform muster.assert_conditions(roll, kept);
  perform muster.create_live_count();
  if exists (select from muster.live_topic as t where (t.*) is not distinct from kept) then
    return;
  end if;
  perform muster.unpublish_count(topic);
  insert into muster.live_topic values (kept.*);
  execute muster.creating_triggers(kept);
  execute muster.marking_all(kept);
end
$$;
comment on function muster.publish_count(text, regclass, name, text, name) is
  'Keeps a live count of a live relation in muster.live_count: one for the topic, or one for each value of a column as '
  'topic:value. Recounted when a fact changes and when a row goes stale. Calling it again changes it.';

create function muster.unpublish_count(topic text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  kept muster.live_topic;
begin
  delete from muster.live_topic as t where t.topic = unpublish_count.topic returning t.* into kept;
  if not found then
    return false;
  end if;
  if muster.owner_of(kept.relation) is not null then
    execute muster.dropping_triggers(kept);
  end if;
  perform muster.forget_counts();
  return true;
end
$$;
comment on function muster.unpublish_count(text) is
  'Keeps the live count no longer. False when there was none of that name.';

-- Jobs ----------------------------------------------------------------------------------------------------------------

create function muster.cron_number(word text, lowest integer, names text[]) returns integer
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return case
  when word ~ '^[0-9]+$' then word::integer
  else pg_catalog.array_position(names, pg_catalog.lower(word)) - 1 + lowest
end;
comment on function muster.cron_number(text, integer, text[]) is
  'The number that a word of a cron expression stands for; NULL when none.';

create function muster.cron_field(field text, lowest integer, highest integer, names text[]) returns integer[]
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  item text;
  part text[];
  first integer;
  last integer;
  step integer;
  found_values integer[] := '{}'::integer[];
begin
  foreach item in array string_to_array(field, ',') loop
    part := regexp_match(item, '^(\*|[0-9]{1,4}|[a-z]{3})(?:-([0-9]{1,4}|[a-z]{3}))?(?:/([0-9]{1,4}))?$', 'i');
    first := case when part[1] = '*' then lowest else muster.cron_number(part[1], lowest, names) end;
    last := case when part[1] = '*' then highest
      when part[2] is not null then muster.cron_number(part[2], lowest, names)
      when part[3] is not null then highest
      else first end;
    step := coalesce(part[3]::integer, 1);
    if part is null or (part[1] = '*' and part[2] is not null) or first is null or last is null
      or first < lowest or last > highest or first > last or step < 1
    then
      raise exception 'muster: % is no field of a schedule', quote_literal(item)
        using errcode = 'invalid_parameter_value',
          detail = format('It may hold *, numbers from %s to %s%s, ranges, lists and steps.', lowest, highest,
            coalesce(' or names such as ' || names[1], ''));
    end if;
    found_values := found_values || array(select generate_series(first, last, step));
  end loop;
  return found_values;
end
$$;
comment on function muster.cron_field(text, integer, integer, text[]) is
  'The numbers that one field of a cron expression stands for.';

create function muster.next_run(schedule text, after timestamptz) returns timestamptz
language plpgsql immutable parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  months_of_year constant text[] := '{jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec}'::text[];
  days_of_week constant text[] := '{sun,mon,tue,wed,thu,fri,sat}'::text[];
  expression constant text := coalesce(
    (array['0 * * * *', '0 0 * * *', '0 0 * * *', '0 0 * * 0', '0 0 1 * *', '0 0 1 1 *', '0 0 1 1 *'])[array_position(
      array['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually'], lower(btrim(schedule)))],
    lower(btrim(schedule)));
  seconds constant text := substring(expression, '^([1-9][0-9]{0,5}) +seconds?$');
  fields constant text[] := regexp_split_to_array(expression, '\s+');
  moment constant timestamp := date_trunc('minute', after at time zone 'UTC') + '1 minute'::interval;
  minutes integer[];
  hours integer[];
  days integer[];
  months integer[];
  weekdays integer[];
  either_day boolean;
  day timestamp := date_trunc('day', moment);
  next_moment timestamp;
begin
  if seconds is not null then
    return after + make_interval(secs => seconds::integer);
  end if;
  if cardinality(fields) is distinct from 5 then
    raise exception 'muster: % is no schedule', quote_nullable(schedule)
      using errcode = 'invalid_parameter_value',
        hint = 'Write five fields, minute hour day month weekday, such as ''0 1 * * *'', or ''30 seconds''. Times are UTC.';
  end if;
  minutes := muster.cron_field(fields[1], 0, 59, null);
  hours := muster.cron_field(fields[2], 0, 23, null);
  days := muster.cron_field(fields[3], 1, 31, null);
  months := muster.cron_field(fields[4], 1, 12, months_of_year);
  weekdays := muster.cron_field(fields[5], 0, 7, days_of_week);
  if 7 = any (weekdays) then
    weekdays := weekdays || 0;
  end if;
  -- cron's rule: when both the day and the weekday are restricted, either will do
  either_day := fields[3] not like '*%' and fields[5] not like '*%';
  -- February 29 may be eight years away
  while day < moment + '2930 days'::interval loop
    if extract(month from day) = any (months) and (
      extract(day from day) = any (days) and extract(dow from day) = any (weekdays)
      or either_day and (extract(day from day) = any (days) or extract(dow from day) = any (weekdays)))
    then
      select min(day + make_interval(hours => h.hour, mins => m.minute)) into next_moment
      from unnest(hours) as h (hour)
      cross join unnest(minutes) as m (minute)
      where day + make_interval(hours => h.hour, mins => m.minute) >= moment;
      if next_moment is not null then
        return next_moment at time zone 'UTC';
      end if;
    end if;
    day := day + '1 day'::interval;
  end loop;
  raise exception 'muster: schedule % names a day that never comes', quote_literal(schedule)
    using errcode = 'invalid_parameter_value';
end
$$;
comment on function muster.next_run(text, timestamptz) is
  'When the schedule is due next, after that instant: five cron fields in UTC, @daily and the like, or ''N seconds''.';

create function muster.pg_cron_takes(schedule text) returns boolean
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select exists (
    select
    from pg_extension as e
    join pg_namespace as n on n.nspname = 'cron'
    where e.extname = 'pg_cron'
      and has_schema_privilege(n.oid, 'usage')
      and (
        schedule !~* 'second'
        -- 1.5 brought seconds, up to 59 of them
        or string_to_array(substring(e.extversion, '^\d+\.\d+'), '.')::integer[] >= '{1,5}'
          and btrim(schedule) ~* '^[1-5]?[0-9]\s+seconds?$'
      )
  )
$$;
comment on function muster.pg_cron_takes(text) is
  'Whether pg_cron is in this database, lets the current user in, and understands the schedule.';

create function muster.schedule(name text, schedule text, command text) returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  first_run constant timestamptz := muster.next_run(schedule, clock_timestamp());
begin
  if name is null or name = '' or command is null or btrim(command) = '' then
    raise exception 'muster: a job needs a name and a command' using errcode = 'invalid_parameter_value';
  end if;
  if muster.pg_cron_takes(schedule) then
    delete from muster.job as j where j.name = schedule.name and j.username = current_user;
    execute format('select %I.schedule($1, $2, $3)', 'cron') using name, schedule, command;
    return 'pg_cron';
  end if;
  if muster.pg_cron_takes('* * * * *') then
    perform muster.unschedule(name);
    execute format('select %I.schedule($1, $2, $3)', 'cron') using 'muster-tick', '* * * * *', 'select muster.tick()';
  end if;
  perform muster.appoint_deputy(quote_ident(current_user)::regrole);
  insert into muster.job as j (name, schedule, command, next_run_at)
  values (name, schedule, command, first_run)
  on conflict on constraint job_pkey do update
  set (schedule, command, next_run_at) = (excluded.schedule, excluded.command, excluded.next_run_at)
  where (j.schedule, j.command) is distinct from (excluded.schedule, excluded.command);
  return 'muster';
end
$$;
comment on function muster.schedule(text, text, text) is
  'Runs the command by schedule as the current user, in UTC; a job of that name is replaced. Says who will run it: pg_cron where '
  'it is in this database and takes the schedule, else muster, whenever somebody calls muster.tick().';

create function muster.unschedule(name text) returns boolean
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  removed bigint;
  removed_here bigint;
begin
  delete from muster.job as j where j.name = unschedule.name and j.username = current_user;
  get diagnostics removed_here = row_count;
  if muster.pg_cron_takes('* * * * *') then
    execute format(
      'select count(%1$I.unschedule(j.jobid)) from %1$I.job as j where j.jobname = $1 and j.username = current_user', 'cron')
    into removed using name;
  end if;
  return removed_here + coalesce(removed, 0) > 0;
end
$$;
comment on function muster.unschedule(text) is
  'Takes back a job of the current user, wherever it is kept. False when there is none.';

create function muster.command_of(job muster.job) returns text
language sql immutable parallel safe
set search_path = pg_catalog, pg_temp
return job.command;
comment on function muster.command_of(muster.job) is 'SQL of the job.';

create function muster.run_job(name text) returns void
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  job muster.job;
begin
  select * into strict job from muster.job as j where j.name = run_job.name and j.username = current_user;
  perform set_config('search_path', muster.login_search_path(), true);
  execute muster.command_of(job);
  -- what a trigger put off must not outlive the role it was put off by
  set constraints all immediate;
end
$$;
comment on function muster.run_job(text) is 'Runs a job of the current user, due or not.';

create function muster.run_due_jobs() returns table (username name, job text, error text)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  due record;
begin
  perform muster.assert_writable();
  for due in
    select j.username, j.name from muster.job as j where j.next_run_at <= clock_timestamp() order by j.next_run_at
  loop
    -- one after the other, each locked and looked at again: whoever else asks meanwhile finds it taken or done
    update muster.job as j
    set last_started_at = clock_timestamp(),
      next_run_at = muster.next_run(j.schedule, greatest(clock_timestamp(), j.next_run_at)),
      runs = j.runs + 1
    where (j.username, j.name) = (
      select l.username, l.name from muster.job as l
      where l.username = due.username and l.name = due.name and l.next_run_at <= clock_timestamp()
      for update skip locked);
    continue when not found;
    username := due.username;
    job := due.name;
    error := null;
    begin
      perform muster.delegate(quote_ident(due.username)::regrole, 'job', array[due.name]);
    exception
      when others then
        get stacked diagnostics error = message_text;
        error := format('%s (%s)', error, sqlstate);
    end;
    update muster.job as j
    set last_finished_at = clock_timestamp(), last_error = error, failures = j.failures + (error is not null)::integer
    where j.username = due.username and j.name = due.name;
    return next;
  end loop;
end
$$;
comment on function muster.run_due_jobs() is
  'Runs the jobs that are due, each once whoever asks and as its own user, and says which and what went wrong. One that fails '
  'stops no other; one that was missed runs once.';

create function muster.tick(out refreshed bigint, out ran bigint, out failed bigint)
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
  -- the jobs first: a slow one must not hold the locks of the counts
  select count(*), count(r.error) into ran, failed from muster.run_due_jobs() as r;
  refreshed := muster.refresh_counts();
end
$$;
comment on function muster.tick() is
  'What has to be done from time to time: runs the jobs that are due and refreshes the live counts. Call it several times a '
  'second. Where jobs are slow, call run_due_jobs() and refresh_counts() in sessions of their own.';

-- Rights, dump, owner ---------------------------------------------------------------------------------------------------

do $$
declare
  function oid;
begin
  for function in select p.oid from pg_catalog.pg_proc as p where p.pronamespace = 'muster'::pg_catalog.regnamespace loop
    execute pg_catalog.format('revoke execute on function %s from public', function::pg_catalog.regprocedure);
  end loop;
end
$$;

do $$
declare
  -- a table that was dropped is on the roll until the next sweep; elsewhere its number may be another table's
  still_there constant text := 'where exists (select from pg_catalog.pg_class as c where c.oid = relation)';
  extension_owner oid;
  member record;
begin
  select e.extowner into extension_owner from pg_catalog.pg_extension as e where e.extname = 'muster';
  if not found then
    return;
  end if;
  perform pg_catalog.pg_extension_config_dump('muster.liveness', still_there);
  perform pg_catalog.pg_extension_config_dump('muster.live_topic', still_there);
  perform pg_catalog.pg_extension_config_dump('muster.job', '');
  -- A trusted extension's script runs as a superuser. What it makes belongs to whoever asked for it, so that no
  -- function here has more rights than its installer.
  for member in
    select d.classid, d.objid
    from pg_catalog.pg_depend as d
    join pg_catalog.pg_extension as e on e.oid = d.refobjid
    where d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass and e.extname = 'muster' and d.deptype = 'e'
      and e.extowner <> (select r.oid from pg_catalog.pg_roles as r where r.rolname = current_user)
  loop
    if member.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass then
      execute pg_catalog.format('alter function %s owner to %I',
        member.objid::pg_catalog.regprocedure, pg_catalog.pg_get_userbyid(extension_owner));
    elsif member.classid = 'pg_catalog.pg_class'::pg_catalog.regclass then
      execute pg_catalog.format('alter table %s owner to %I',
        member.objid::pg_catalog.regclass, pg_catalog.pg_get_userbyid(extension_owner));
    end if;
  end loop;
end
$$;

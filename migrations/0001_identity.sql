-- muster: requires-extension muster

-- Who is asking. A request carries a role and, in the setting request.jwt.claims, the claims of its token. Where the
-- host brings the roles and the schema auth along, as Supabase does, they are used as they are; anywhere else they are
-- made here.
--
-- The files make what holds data: tables, grants, deliveries. What works on it (functions, views, triggers, policies,
-- jobs) is in objects/, a folder a feature, and made behind all files in one transaction. Row level security is on from
-- the transaction that makes a table: until its policies are there, no client reads or writes a row. What has to hold
-- before that, like a count that begins with the rows that are there, stays in its file with its triggers.

-- 1 Roles. They belong to the whole cluster: another database, or another migration at this moment, may have made them.
do $$
declare
  wanted record;
begin
  for wanted in
    select role.name, role.options
    from (values ('anon', 'nologin noinherit'),
                 ('authenticated', 'nologin noinherit'),
                 ('service_role', 'nologin noinherit bypassrls')) as role (name, options)
    where not exists (select from pg_catalog.pg_roles as present where present.rolname = role.name)
  loop
    begin
      begin
        execute pg_catalog.format('create role %I %s', wanted.name, wanted.options);
      exception
        when insufficient_privilege then
          -- Only a superuser may hand out BYPASSRLS. Each table has a policy for service_role, so it is not needed.
          execute pg_catalog.format('create role %I nologin noinherit', wanted.name);
      end;
    exception
      when duplicate_object or unique_violation then
        null;
      when insufficient_privilege then
        raise insufficient_privilege using
          message = pg_catalog.format('Muster needs the role %I and %I may not create it', wanted.name, current_user),
          hint = 'Have a superuser run: create role anon nologin noinherit;'
            ' create role authenticated nologin noinherit; create role service_role nologin noinherit bypassrls;'
            ' or give this user CREATEROLE.';
    end;
  end loop;
end
$$;

-- 2 The schema auth.
do $$
declare
  missing text;
begin
  if pg_catalog.to_regnamespace('auth') is not null then
    select pg_catalog.string_agg(part.name, ', ')
    into missing
    from (values ('auth.users', pg_catalog.to_regclass('auth.users') is null),
                 ('auth.uid()', pg_catalog.to_regprocedure('auth.uid()') is null),
                 ('auth.jwt()', pg_catalog.to_regprocedure('auth.jwt()') is null),
                 ('auth.role()', pg_catalog.to_regprocedure('auth.role()') is null)) as part (name, is_missing)
    where part.is_missing;
    if missing is not null then
      raise undefined_object using
        message = pg_catalog.format('this database has a schema auth without %s', missing),
        detail = 'Muster uses a schema auth that is there and makes one where there is none; it does not mend one.',
        hint = 'Create what is missing as Supabase does, or rename the schema if it serves another purpose.';
    end if;
    return;
  end if;

  create schema auth;
  comment on schema auth is 'Who is asking: the interface that Supabase offers, on plain PostgreSQL';
  grant usage on schema auth to anon, authenticated, service_role;

  create table auth.users (
    id uuid primary key default pg_catalog.gen_random_uuid(),
    email text unique,
    created_at timestamptz not null default pg_catalog.now()
  );
  comment on table auth.users is 'The people who can sign in; the identity service writes here';
  comment on column auth.users.id is 'The claim sub of their tokens';
  alter table auth.users enable row level security;
  create policy "the service keeps the users" on auth.users to service_role using (true) with check (true);
  comment on policy "the service keeps the users" on auth.users is 'Needed where service_role has no BYPASSRLS';
  grant select, insert, update, delete on auth.users to service_role;

  create function auth.uid() returns uuid language sql stable
  return muster.uid();
  comment on function auth.uid() is 'The signed-in user, NULL for a visitor';

  create function auth.jwt() returns jsonb language sql stable
  return muster.jwt();
  comment on function auth.jwt() is 'The claims of this request''s token';

  create function auth.role() returns text language sql stable
  return muster.role();
  comment on function auth.role() is 'The role claimed by this request''s token';

  revoke all on function auth.uid(), auth.jwt(), auth.role() from public;
  grant execute on function auth.uid(), auth.jwt(), auth.role() to anon, authenticated, service_role;
end
$$;

-- 3 What they need of the extension: identity and freshness; the service also has sweeps run and counts refreshed.
select muster.grant_access('anon', 'client');
select muster.grant_access('authenticated', 'client');
select muster.grant_access('service_role', 'client');
select muster.grant_access('service_role', 'operator');

-- 4 Profiles.
create table public.profiles (
  id uuid primary key default auth.uid() references auth.users (id) on delete cascade,
  display_name text,
  role text not null default 'user',
  created_at timestamptz not null default pg_catalog.now(),
  constraint profiles_display_name_check check (pg_catalog.length(pg_catalog.btrim(display_name)) between 1 and 80),
  constraint profiles_role_check check (role in ('user', 'admin'))
);
comment on table public.profiles is 'What a user says of himself, and what the operator has made him';
comment on column public.profiles.display_name is 'Chosen by the user';
comment on column public.profiles.role is 'user or admin; only the service and the owner of the database write it';

alter table public.profiles enable row level security;

revoke all on public.profiles from public, anon, authenticated, service_role;
grant select, insert (id, display_name), update (id, display_name) on public.profiles to authenticated;
grant select, insert, update, delete on public.profiles to service_role;

-- 5 What is delivered. Each count gets a policy from the feature that publishes it.
select muster.create_live_count();
grant select on muster.live_count to anon, authenticated, service_role;

do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'muster') then
    create publication muster;
  end if;
  alter publication muster add table muster.live_count;
  if exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime' and not puballtables) then
    alter publication supabase_realtime add table muster.live_count;
  end if;
end
$$;
comment on publication muster is 'The facts and counts that Muster delivers; beats are not in it';

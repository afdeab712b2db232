-- A database as Supabase hands it out, as far as Muster can tell: the same roles, schemas, claims functions, publication
-- and default privileges, owned by a role that is not a superuser.
--
-- Run it as a superuser in an empty database, then connect as project_owner and migrate. Roles belong to the whole
-- cluster, so the script may run in several databases of one cluster, at the same time as well.
--
-- What a host does differently: the owner is called postgres there, and the superuser supabase_admin. A throw-away
-- cluster's superuser usually has the name postgres already, so the owner is project_owner here.

begin;

-- A second database of the cluster grants again what the first was granted; that is no news.
set local client_min_messages = warning;

-- ---------------------------------------------------------------------------------------------------------- roles

-- Two databases of one cluster may meet here; whoever creates roles waits for the other.
lock table pg_catalog.pg_authid in share row exclusive mode;

do $$
declare
  wanted record;
begin
  for wanted in
    select *
    from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('supabase_admin', 'nologin superuser createdb createrole replication bypassrls'),
      ('supabase_auth_admin', 'nologin noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit'),
      ('project_owner', 'login createdb createrole replication bypassrls')
    ) as role (name, attributes)
  loop
    if not exists (select from pg_catalog.pg_roles where rolname = wanted.name) then
      execute format('create role %I %s', wanted.name, wanted.attributes);
    end if;
  end loop;
end
$$;

grant anon, authenticated, service_role to authenticator;
grant anon, authenticated, service_role, authenticator to project_owner with admin option;
grant supabase_realtime_admin to project_owner;

do $$
begin
  execute format('alter database %I owner to project_owner', current_database());
  execute format('alter database %I set search_path to "$user", public, extensions', current_database());
end
$$;

-- ------------------------------------------------------------------------------------------------- schema public

grant usage on schema public to anon, authenticated, service_role;

-- The trap: whatever the owner creates in public is everybody's at once. A migration that only grants, and does not
-- revoke first, leaves its tables and functions open to the anonymous key.
alter default privileges for role project_owner in schema public
  grant all on tables to anon, authenticated, service_role;
alter default privileges for role project_owner in schema public
  grant all on sequences to anon, authenticated, service_role;
alter default privileges for role project_owner in schema public
  grant all on functions to anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on tables to project_owner, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on sequences to project_owner, anon, authenticated, service_role;
alter default privileges for role supabase_admin in schema public
  grant all on functions to project_owner, anon, authenticated, service_role;

-- --------------------------------------------------------------------------------------------- schema extensions

create schema extensions authorization project_owner;
grant usage on schema extensions to anon, authenticated, service_role;

-- --------------------------------------------------------------------------------------------------- schema auth

create schema auth authorization supabase_auth_admin;
grant usage on schema auth to project_owner, anon, authenticated, service_role;

create table auth.users (
  instance_id uuid,
  id uuid primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  invited_at timestamptz,
  confirmation_token varchar(255),
  confirmation_sent_at timestamptz,
  recovery_token varchar(255),
  recovery_sent_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  created_at timestamptz,
  updated_at timestamptz,
  phone text unique,
  phone_confirmed_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  banned_until timestamptz,
  is_sso_user boolean not null default false,
  deleted_at timestamptz,
  is_anonymous boolean not null default false
);

create unique index users_email_key on auth.users (email) where not is_sso_user;
alter table auth.users enable row level security;
alter table auth.users owner to supabase_auth_admin;
grant all on auth.users to project_owner;

-- Older PostgREST sets one setting a claim, newer ones all of them as JSON; the host's functions read both.
create function auth.uid() returns uuid
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;

create function auth.role() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;

create function auth.email() returns text
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;

create function auth.jwt() returns jsonb
language sql stable
as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;

alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
alter function auth.jwt() owner to supabase_auth_admin;

-- ----------------------------------------------------------------------------------------------- schema realtime

create schema realtime authorization supabase_admin;
grant usage on schema realtime to project_owner, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin with grant option;

create publication supabase_realtime;
alter publication supabase_realtime owner to project_owner;

commit;

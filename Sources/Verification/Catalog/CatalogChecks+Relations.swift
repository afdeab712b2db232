extension CatalogChecks {
  var relations: [CatalogCheck] {
    [
      CatalogCheck(
        name: "reachable-tables-have-row-level-security",
        promise: "Every table that a client reaches has row level security on, partitions too",
        counted: (
          "select count(*) from \(ownRelations) where c.relkind in ('r', 'p') and \(reachable)", "tables"
        ),
        mistakes: """
          select c.oid::regclass || ' is reachable and has no row level security'
          from \(ownRelations)
          where c.relkind in ('r', 'p') and not c.relrowsecurity
            and (\(reachable) or exists (select from pg_policy pol where pol.polrelid = c.oid))
          order by 1
          """),
      CatalogCheck(
        name: "views-ask-as-their-reader",
        promise: "A view is read with its reader's rights: security_invoker on every view",
        counted: ("select count(*) from \(ownRelations) where c.relkind = 'v'", "views"),
        mistakes: """
          select c.oid::regclass || case c.relkind
            when 'v' then ' is a view without security_invoker'
            when 'm' then ' is a materialized view, which has no row level security'
            else ' is a foreign table, which has no row level security' end
          from \(ownRelations)
          where \(reachable) and (c.relkind in ('m', 'f') or c.relkind = 'v' and not exists (
            select from pg_options_to_table(c.reloptions) o
            where o.option_name = 'security_invoker' and o.option_value in ('true', 'on', '1', 'yes')))
          order by 1
          """),
      CatalogCheck(
        name: "clients-hold-no-table-privileges",
        promise: "No client may TRUNCATE a table, refer to it, or put a trigger on it; PUBLIC has nothing",
        counted: ("select count(*) from \(ownRelations) where c.relkind in ('r', 'p', 'v')", "relations"),
        mistakes: """
          select format('%s may %s %s', coalesce(r.rolname, 'PUBLIC'), a.privilege_type, c.oid::regclass)
          from \(ownRelations)
          cross join lateral aclexplode(c.relacl) as a
          left join pg_roles r on r.oid = a.grantee
          where a.grantee = 0
            or r.rolname = any (\(clients)) and a.privilege_type in ('TRUNCATE', 'REFERENCES', 'TRIGGER')
          order by 1
          """),
      CatalogCheck(
        name: "published-tables-have-row-level-security",
        promise: "Every published table has row level security, so that a feed can tell who may see a change",
        counted: ("select count(*) from pg_publication_tables", "tables published"),
        mistakes: """
          select format('%s is published in %I without row level security', c.oid::regclass, t.pubname)
          from pg_publication_tables t
          join pg_namespace n on n.nspname = t.schemaname
          join pg_class c on c.relname = t.tablename and c.relnamespace = n.oid
          where not c.relrowsecurity
          order by 1
          """),
      CatalogCheck(
        name: "beats-are-not-published",
        promise: "Beats are not facts: they are unlogged, and in no publication",
        requires: ["muster.liveness"],
        counted: ("select count(*) from muster.liveness where beats <> relation", "beat tables"),
        mistakes: """
          select l.beats || case when c.relpersistence <> 'u' then ' is logged' else ' is published' end
          from muster.liveness l join pg_class c on c.oid = l.beats
          where l.beats <> l.relation and (c.relpersistence <> 'u' or exists (
            select from pg_publication p cross join lateral pg_get_publication_tables(p.pubname) as t
            where t.relid = c.oid))
          order by 1
          """),
      CatalogCheck(
        name: "foreign-keys-have-an-index",
        promise: "Deleting a user or a room does not read whole tables: every foreign key has an index",
        counted: ("select count(*) from pg_constraint where contype = 'f'", "foreign keys"),
        mistakes: """
          select format('%s: no index begins with the columns of %I', k.conrelid::regclass, k.conname)
          from pg_constraint k join \(ownRelations) on c.oid = k.conrelid
          where k.contype = 'f' and k.conparentid = 0 and \(reachable) and not exists (
            select from pg_index i
            where i.indrelid = k.conrelid and i.indkey[0] = any (k.conkey)
              and (i.indpred is null or pg_get_expr(i.indpred, i.indrelid) ~ '^\\(\\w+ IS NOT NULL\\)$'))
          order by 1
          """),
    ]
  }

  var roles: [CatalogCheck] {
    [
      CatalogCheck(
        name: "clients-are-plain-roles",
        promise: "A client's role is no superuser, passes no policy by, and can become nobody else",
        counted: ("select count(*) from pg_roles where rolname = any (\(clients))", "roles"),
        mistakes: """
          select r.rolname || ' ' || flaw.words
          from pg_roles r
          cross join lateral (
            select 'is a superuser' where r.rolsuper
            union all select 'passes row level security by' where r.rolbypassrls
            union all select 'may create roles' where r.rolcreaterole
            union all select 'replicates, and so sees every change' where r.rolreplication
            union all select 'is a member of ' || m.roleid::regrole from pg_auth_members m where m.member = r.oid
          ) as flaw (words)
          where r.rolname = any (\(clients))
          order by 1
          """),
      CatalogCheck(
        name: "clients-create-nothing",
        promise: "No client can create an object in a schema that others look into",
        counted: ("select count(*) from pg_namespace where nspname = any (\(schemas))", "schemas"),
        mistakes: """
          select format('%s may create objects in %I', r.rolname, n.nspname)
          from pg_namespace n cross join pg_roles r
          where (n.nspname = any (\(schemas)) or n.nspname = 'public') and r.rolname = any (\(clients))
            and has_schema_privilege(r.oid, n.oid, 'create')
          order by 1
          """),
    ]
  }
}

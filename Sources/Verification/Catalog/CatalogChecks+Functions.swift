extension CatalogChecks {
  var functions: [CatalogCheck] {
    [
      CatalogCheck(
        name: "definers-have-a-fixed-search-path",
        promise: "A SECURITY DEFINER function has a fixed search_path that nobody else can write to",
        counted: ("select count(*) from \(ownFunctions) where p.prosecdef", "definer functions"),
        mistakes: """
          select p.oid::regprocedure || ' is SECURITY DEFINER with search_path '
            || coalesce(path.value, 'as the caller sets it')
          from \(ownFunctions)
          left join lateral (
            select substr(s, length('search_path=') + 1) as value
            from unnest(p.proconfig) as s where s like 'search_path=%') as path on true
          where p.prosecdef and (path.value is null or path.value !~ '^(""|pg_catalog, *pg_temp)?$')
            and not (coalesce(path.value, '') ~ ', *pg_temp$' and not exists (
              select from regexp_split_to_table(path.value, ', *') as part (name)
              join pg_namespace s on s.nspname = btrim(part.name, '"')
              join pg_roles r on r.rolname = any (\(clients))
              where has_schema_privilege(r.oid, s.oid, 'create')))
          order by 1
          """),
      CatalogCheck(
        name: "nothing-is-executable-by-public",
        promise: "No function is executable by PUBLIC: whoever may is named",
        counted: ("select count(*) from \(ownFunctions)", "functions"),
        mistakes: """
          select p.oid::regprocedure || ' is executable by PUBLIC'
          from \(ownFunctions)
          where exists (
            select from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as a
            where a.grantee = 0 and a.privilege_type = 'EXECUTE')
          order by 1
          """),
      CatalogCheck(
        name: "policies-do-not-trust-the-client",
        promise: "No policy believes what a user may write into his own token or profile",
        counted: ("select count(*) from pg_policy", "policies"),
        mistakes: """
          select format('policy %I on %s reads %s', pol.polname, pol.polrelid::regclass, found.word)
          from pg_policy pol join pg_class c on c.oid = pol.polrelid
          join pg_namespace n on n.oid = c.relnamespace and n.nspname = any (\(schemas))
          cross join lateral (
            select (regexp_match(
              concat(pg_get_expr(pol.polqual, pol.polrelid), pg_get_expr(pol.polwithcheck, pol.polrelid)),
              '(user_metadata|->> ''(?:email|role|user_role)'')')) [1]) as found (word)
          where found.word is not null
          order by 1
          """),
      CatalogCheck(
        name: "policies-ask-who-it-is-once",
        promise: "A policy asks for the caller once a statement, not once a row",
        counted: ("select count(*) from pg_policy", "policies"),
        mistakes: """
          select format('policy %I on %s calls %s() for each row', pol.polname, pol.polrelid::regclass, found.word)
          from pg_policy pol join pg_class c on c.oid = pol.polrelid
          join pg_namespace n on n.oid = c.relnamespace and n.nspname = any (\(schemas))
          cross join lateral (
            select (regexp_match(
              regexp_replace(
                concat(pg_get_expr(pol.polqual, pol.polrelid), ' ', pg_get_expr(pol.polwithcheck, pol.polrelid)),
                'SELECT (auth|muster)\\.\\w+\\(\\)', '', 'g'),
              '((auth|muster)\\.(uid|jwt|role))\\(\\)')) [1]) as found (word)
          where found.word is not null
          order by 1
          """),
    ]
  }
}

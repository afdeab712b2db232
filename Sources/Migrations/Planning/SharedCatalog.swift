import PostgresClient

/// What all databases of a server share, as one look finds it: roles, memberships, settings, databases, tablespaces.
/// The database that is looked from is left out, and so are others that hold a rehearsal.
struct SharedCatalog {
  private struct Item {
    let state: String
    /// The roles that it goes away with.
    let roles: [OID]
  }

  /// By what a person calls them.
  private let items: [String: Item]
  /// By what they are called now.
  let roles: [OID: String]
  /// Roles that go away with the database.
  private let ours: Set<OID>
  /// And who made a role.
  let seesPasswords: Bool

  static func read(_ connection: isolated PostgresConnection) throws -> SharedCatalog {
    let seesPasswords = connection.parameterStatus("is_superuser") == "on"
    let rows = try connection.query(seesPasswords ? "\(items) union all \(passwords)" : items)
    var items: [String: Item] = [:]
    var roles: [OID: String] = [:]
    for row in rows {
      let (what, oids): (String, [OID]) = (try row.decode(at: 0), try row.decode(at: 2))
      items[what] = Item(state: try row.decode(at: 1), roles: oids)
      if let name: String = try row.decode(at: 3), let oid = oids.first { roles[oid] = name }
    }
    let ours = try Set(ScratchNote.read(connection).roles)
    return SharedCatalog(items: items, roles: roles, ours: ours, seesPasswords: seesPasswords)
  }

  /// Roles that were made since the other look.
  func rolesMade(since before: SharedCatalog) -> [OID] {
    roles.keys.filter { before.roles[$0] == nil }.sorted()
  }

  /// Roles that were made since the other look, by this transaction. Somebody else's are not to go away with the database.
  func ownRoles(
    since before: SharedCatalog, _ connection: isolated PostgresConnection
  ) throws -> [OID] {
    let roles = rolesMade(since: before)
    guard !roles.isEmpty else { return [] }
    let rows = try connection.query(
      """
      select a.oid::bigint
      from pg_catalog.pg_authid a, pg_catalog.div(pg_catalog.pg_current_xact_id()::text::numeric, 4294967296) epoch
      where a.oid = any ($1::bigint[])
        and pg_catalog.pg_xact_status((epoch * 4294967296 + a.xmin::text::numeric)::text::xid8) = 'in progress'
      """, [roles])
    return try rows.map { try $0.decode(at: 0) }
  }

  /// What is not as it was at the other look and does not go away with the database or the roles that were made for it.
  func strays(since before: SharedCatalog, sparing made: [OID]) -> Set<String> {
    let ours = before.ours.union(made)
    return Set(items.keys).union(before.items.keys).filter { what in
      if what.hasPrefix("the password"), !(seesPasswords && before.seesPasswords) { return false }
      let (old, new) = (before.items[what], items[what])
      return old?.state != new?.state && ours.isDisjoint(with: (old?.roles ?? []) + (new?.roles ?? []))
    }
  }

  private static let items = """
    select 'role ' || pg_catalog.quote_ident(r.rolname),
      (pg_catalog.to_jsonb(r) - 'rolconfig')::text, array[r.oid]::bigint[], r.rolname::text
    from pg_catalog.pg_roles r
    union all
    select 'the membership of ' || m.member::pg_catalog.regrole || ' in ' || m.roleid::pg_catalog.regrole,
      pg_catalog.string_agg(m::text, ',' order by m::text), array[m.member, m.roleid]::bigint[], null
    from pg_catalog.pg_auth_members m group by m.member, m.roleid
    union all
    select 'the settings of ' || pg_catalog.concat_ws(' in ',
        case when s.setrole <> 0 then 'role ' || s.setrole::pg_catalog.regrole end,
        case when s.setdatabase <> 0 then 'database ' || pg_catalog.quote_ident(d.datname) end),
      s.setconfig::text, array[s.setrole]::bigint[], null
    from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_database d on d.oid = s.setdatabase
    where d.datname is null or d.datname <> pg_catalog.current_database() and d.datname !~ '^muster_scratch_'
    union all
    select 'database ' || pg_catalog.quote_ident(d.datname),
      (pg_catalog.to_jsonb(d) - array['datfrozenxid', 'datminmxid', 'dathasloginevt'])::text, array[]::bigint[], null
    from pg_catalog.pg_database d
    where d.datname <> pg_catalog.current_database() and d.datname !~ '^muster_scratch_'
    union all
    select 'tablespace ' || pg_catalog.quote_ident(t.spcname), t::text, array[]::bigint[], null
    from pg_catalog.pg_tablespace t
    union all
    select 'the comment on ' || case c.classoid
        when 'pg_catalog.pg_authid'::pg_catalog.regclass then 'role ' || c.objoid::pg_catalog.regrole
        when 'pg_catalog.pg_database'::pg_catalog.regclass then 'database ' || pg_catalog.quote_ident(d.datname)
        else 'tablespace ' || c.objoid end,
      c.description, case when d.oid is null then array[c.objoid] else array[]::oid[] end::bigint[], null
    from pg_catalog.pg_shdescription c
      left join pg_catalog.pg_database d
        on d.oid = c.objoid and c.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
    where d.datname is null or d.datname <> pg_catalog.current_database() and d.datname !~ '^muster_scratch_'
    union all
    select 'the security label of ' || l.classoid::pg_catalog.regclass || ' ' || l.objoid, l.provider || ' ' || l.label,
      array[l.objoid]::bigint[], null
    from pg_catalog.pg_shseclabel l
    where l.objoid <> (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())
    union all
    select 'parameter ' || a.parname, a.paracl::text, array[]::bigint[], null from pg_catalog.pg_parameter_acl a
    """

  private static let passwords = """
    select 'the password of role ' || pg_catalog.quote_ident(a.rolname), coalesce(a.rolpassword, ''),
      array[a.oid]::bigint[], null
    from pg_catalog.pg_authid a
    """
}

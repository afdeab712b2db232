import PostgresClient

/// Fills the five features of a database, and takes back exactly that.
public struct Seeder: Sendable {
  public let settings: ConnectionSettings

  /// A database in which Muster's features are installed, as a user who may write their tables: their owner, or a superuser.
  public init(_ settings: ConnectionSettings) { self.settings = settings }

  /// How far it is.
  public struct Progress: Sendable {
    public let table: String
    /// Rows of the table so far, and of how many.
    public let rows: Int
    public let of: Int
  }

  /// A table and how many of its rows came or went.
  public struct Tally: Sendable, Hashable, Codable {
    public let table: String
    public let rows: Int
  }

  /// What time the server has: what to seed relative to, where nothing else is said.
  ///
  /// - Returns: The server's time.
  /// - Throws: `PostgresError`
  public func serverTime() async throws -> Timestamp {
    try await connected { try $0.query("select now()").scalar() }
  }

  /// Fills the tables in one transaction: all of it is there in the end, or nothing.
  ///
  /// - Parameters:
  ///   - plan: What and how much.
  ///   - progress: Told after every few thousand rows.
  /// - Returns: What was put into which table.
  /// - Throws: ``SeedError``, `PostgresError`
  @discardableResult
  public func seed(
    _ plan: SeedPlan, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws -> [Tally] {
    let tables = plan.tables()
    return try await connected { connection in
      try requireFeatures(tables, connection)
      return try connection.transaction { connection in
        try requireVacancy(tables, plan.seed, connection)
        try makePartitions(plan, connection)
        let tallies = try tables.map { try fill($0, plan.seed, connection, progress) }
        try settle(plan, connection)
        return tallies
      }
    }
  }

  /// Deletes what was seeded and nothing else.
  ///
  /// - Parameters:
  ///   - seed: Of which seed; nil takes back all.
  ///   - progress: Told after each table.
  /// - Returns: What was taken out of which table.
  /// - Throws: ``SeedError/referred(_:)`` where rows that were not seeded would go along; `PostgresError`
  @discardableResult
  public func unseed(
    _ seed: UInt16?, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) async throws -> [Tally] {
    let tables = SeedPlan(asOf: Timestamp(microseconds: 0)).tables()
    return try await connected { connection in
      try requireFeatures(tables, connection)
      return try connection.transaction { connection in
        try requireNoReference(tables, seed, connection)
        return try tables.reversed().map { table in
          let rows = try connection.query("delete from \(table.name) where \(table.isSeeded(seed))").affected
          progress(Progress(table: table.name, rows: rows, of: rows))
          return Tally(table: table.name, rows: rows)
        }.reversed()
      }
    }
  }

  private func connected<T: Sendable>(_ body: @Sendable (isolated PostgresConnection) throws -> T)
    async throws -> T
  {
    let connection = try await PostgresConnection.connect(settings)
    do {
      let value = try await connection.run(body)
      await connection.close()
      return value
    } catch {
      await connection.close()
      throw error
    }
  }

  // MARK: Filling

  private static let rowsPerReport = 5_000

  private func fill(
    _ table: SeededTable, _ seed: UInt16, _ connection: isolated PostgresConnection,
    _ progress: @Sendable (Progress) -> Void
  ) throws -> Tally {
    let rows = try connection.copyInBinary(table.copy) { rows in
      for number in 0..<table.count {
        var dice = table.dice(number, seed: seed)
        try rows.row(table.columns.count) { table.row(number, &$0, &dice) }
        if number % Self.rowsPerReport == 0 {
          try Task.checkCancellation()
          progress(Progress(table: table.name, rows: number, of: table.count))
        }
      }
    }
    return Tally(table: table.name, rows: rows)
  }

  /// The days of the past have no partition until somebody has beats for them.
  private func makePartitions(_ plan: SeedPlan, _ connection: isolated PostgresConnection) throws {
    try connection.query(
      """
      select public.add_heartbeat_partition(day) from (
        select (to_timestamp($1::float8 / 1000000) at time zone 'UTC')::date - ago as day
        from generate_series(0, $2::int - 1) as ago) as wanted
      where day not in (select present from public.heartbeat_days() as present)
        and not exists (select from public.heartbeats_default as stray
          where (stray.created_at at time zone 'UTC')::date = wanted.day)
      """, [Double(plan.asOf.microseconds), plan.days])
  }

  /// What is seen on screens is computed now, and what the planner knows of the tables.
  private func settle(_ plan: SeedPlan, _ connection: isolated PostgresConnection) throws {
    for table in plan.tables() { try connection.query("analyze \(table.name)") }
    try connection.query("select muster.refresh_counts()")
  }

  // MARK: What has to be so

  private func requireFeatures(_ tables: [SeededTable], _ connection: isolated PostgresConnection) throws {
    let missing = try connection.query(
      "select name from unnest($1::text[]) as name where to_regclass(name) is null", [tables.map(\.name)]
    ).compactMap { $0[0] }
    if !missing.isEmpty { throw SeedError.missing(tables: missing) }
  }

  private func requireVacancy(
    _ tables: [SeededTable], _ seed: UInt16, _ connection: isolated PostgresConnection
  ) throws {
    for table in tables {
      let isThere = try connection.query(
        "select exists (select from \(table.name) where \(table.isSeeded(seed)))"
      ).scalar(Bool.self)
      if isThere { throw SeedError.alreadySeeded(seed: seed, table: table.name) }
    }
  }

  /// A row of somebody's that refers to a seeded one would be deleted or changed with it.
  private func requireNoReference(
    _ tables: [SeededTable], _ seed: UInt16?, _ connection: isolated PostgresConnection
  ) throws {
    var isSeeded = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.isSeeded(seed)) })
    // Triggers have written these; they go with the rows that they tell of.
    isSeeded["public.participant_history"] = SeedSpace.holds(id: "participant_id", seed: seed)
    isSeeded["public.poll_result_shards"] = SeedSpace.holds(id: "option_id", seed: seed)
    let references = try connection.query(
      """
      select child.oid::regclass::text, parent.oid::regclass::text,
        string_agg('child.' || quote_ident(referring.attname) || ' = parent.' || quote_ident(referred.attname), ' and ')
      from pg_catalog.pg_constraint as reference
      join pg_catalog.pg_class as child on child.oid = reference.conrelid
      join pg_catalog.pg_class as parent on parent.oid = reference.confrelid
      cross join lateral unnest(reference.conkey, reference.confkey) as pair (here, there)
      join pg_catalog.pg_attribute as referring on referring.attrelid = child.oid and referring.attnum = pair.here
      join pg_catalog.pg_attribute as referred on referred.attrelid = parent.oid and referred.attnum = pair.there
      where reference.contype = 'f' and reference.conparentid = 0 and parent.oid = any ($1::text[]::regclass[])
      group by reference.oid, child.oid, parent.oid order by 1, 2
      """, [tables.map(\.name)])
    var referred: [SeedError.Reference] = []
    for reference in references {
      let child = try reference.decode(String.self, at: 0)
      let parent = try reference.decode(String.self, at: 1)
      let join = try reference.decode(String.self, at: 2)
      let own = isSeeded[qualified(child)] ?? "false"
      let rows = try connection.query(
        """
        select count(*) from (select * from \(child) where not (\(own))) as child
        where exists (select from (select * from \(parent) where \(isSeeded[qualified(parent)] ?? "false")) as parent
          where \(join))
        """
      ).scalar(Int.self)
      if rows > 0 { referred.append(.init(from: child, to: parent, rows: rows)) }
    }
    if !referred.isEmpty { throw SeedError.referred(referred) }
  }

  /// `regclass` leaves out a schema that is in the search path.
  private func qualified(_ name: String) -> String { name.contains(".") ? name : "public.\(name)" }
}

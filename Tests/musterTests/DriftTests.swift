import Foundation
import PostgresClient
import SystemPackage
import TemporaryCluster
import TestSupport
import Testing

@Suite struct DriftTests {
  /// Files that make a role by themselves and are not all transactional, applied to a database of their own.
  private static func applied() async throws -> (ConnectionSettings, Folder) {
    let role = "drift_\(UUID().uuidString.prefix(8).lowercased())"
    let folder = try Folder([
      "1_orders.sql": """
      create role \(role);
      create schema shop;
      create table shop.orders (id integer primary key, total integer not null);
      grant select on shop.orders to \(role);
      """,
      "2_index.sql": """
      -- muster: no-transaction
      create index concurrently orders_total on shop.orders (total);
      """,
    ])
    let database = try await TemporaryCluster.shared().createDatabase()
    try await migrate(database, folder)
    return (database, folder)
  }

  private static func drift(
    _ database: ConnectionSettings, _ folder: Folder, _ arguments: String...
  ) async throws -> ToolResult {
    try await muster(
      with: ["drift", "--dir", folder.path] + arguments, environment: ["DATABASE_URL": database.conninfo])
  }

  private static func migrate(_ database: ConnectionSettings, _ folder: Folder) async throws {
    let result = try await muster(
      "migrate", "--dir", folder.path, environment: ["DATABASE_URL": database.conninfo])
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func `a database is what its files make, and pending files are no difference`() async throws {
    let (database, folder) = try await Self.applied()
    try folder.write("3_later.sql", "create table shop.later (a integer)")
    let result = try await Self.drift(database, folder)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.hasSuffix(" is what its 2 applied migrations make\n"))
  }

  @Test func `differences are told with what undoes them`() async throws {
    let (database, folder) = try await Self.applied()
    try await script(
      """
      drop index shop.orders_total;
      alter table shop.orders add column note text;
      alter table shop.orders enable row level security;
      create publication own
      """, in: database)
    let result = try await Self.drift(database, folder, "--ignore", "publication *")
    #expect(result.status == 1)
    #expect(
      result.output.hasPrefix(
        """
        table shop.orders: row level security is enabled; in the files disabled
            alter table shop.orders disable row level security;
        index shop.orders_total is missing
            CREATE INDEX orders_total ON shop.orders USING btree (total);
        column shop.orders.note is not in the files
            alter table shop.orders drop column note;
        database
        """), "\(result.output)")
    #expect(
      result.output.hasSuffix(
        " differs from what its 2 applied migrations make: 3 differences, 1 ignored\n"))

    let report = try await Self.drift(database, folder, "--json")
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [String: Any])
    #expect(object["drifted"] as? Bool == true)
    let differences = try #require(object["differences"] as? [[String: Any]])
    #expect(
      differences.map { "\($0["change"] ?? "") \($0["kind"] ?? "") \($0["name"] ?? "")" } == [
        "extra publication own", "changed table shop.orders", "missing index shop.orders_total",
        "extra column shop.orders.note",
      ])
    for statement in differences.flatMap({ $0["undo"] as? [String] ?? [] }) {
      try await script(statement, in: database)
    }
    #expect(try await Self.drift(database, folder).status == 0)
  }

  @Test func `code objects are compared as they were applied`() async throws {
    let folder = try Folder([
      "1_a.sql": "create table public.a (x integer);",
      "objects/v.sql": "create view public.v as select x from public.a;",
    ])
    let database = try await TemporaryCluster.shared().createDatabase()
    try await Self.migrate(database, folder)
    try folder.write("objects/v.sql", "create view public.v as select x + 1 as x from public.a;")
    try folder.write("objects/w.sql", "create view public.w as select 1 as one;")
    let same = try await Self.drift(database, folder)
    #expect(same.status == 0, "\(same.output)\(same.errors)")
    try await script("create or replace view public.v as select -x as x from public.a", in: database)
    let changed = try await Self.drift(database, folder)
    #expect(changed.status == 1)
    #expect(changed.output.hasPrefix("view public.v: definition differs in line 1: "), "\(changed.output)")
  }

  @Test func `a server that is named holds the scratch database, and nothing of it stays`() async throws {
    let (database, folder) = try await Self.applied()
    let other = try await TemporaryCluster.start()
    let url = other.settings.conninfo
    let state = """
      select (select string_agg(datname, ',' order by 1) from pg_database) || ' '
        || (select string_agg(rolname, ',' order by 1) from pg_roles)
      """
    let before = try await value(state, in: other.settings)
    let result = try await Self.drift(database, folder, "--scratch-url", url)
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try await value(state, in: other.settings) == before)
    await other.stop()
  }

  @Test func `nothing is written on the target`() async throws {
    let cluster = try await TemporaryCluster.start(
      .init(settings: [
        "wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off", "checkpoint_timeout": "1h",
      ]))
    let folder = try Folder(["1_a.sql": "create table a (x int);"])
    try await Self.migrate(cluster.settings, folder)
    try await script("alter table a add column y int", in: cluster.settings)
    let state = """
      select pg_current_wal_insert_lsn() || ' ' || pg_snapshot_xmax(pg_current_snapshot())
      """
    // Where pages have checksums, as they have by default since 18, the first to read a row that was just written may write.
    try await script("vacuum", in: cluster.settings)
    try await script("checkpoint", in: cluster.settings)
    let before = try await value(state, in: cluster.settings)
    #expect(try await Self.drift(cluster.settings, folder).status == 1)
    #expect(try await value(state, in: cluster.settings) == before)
    await cluster.stop()
  }

  @Test func `what the scratch server lacks is told apart from drift`() async throws {
    let (database, folder) = try await Self.applied()
    let text = "create extension no_such_extension;"
    try folder.write("2_index.sql", text)
    // As if it had been there when the file was applied.
    try await script(
      """
      update muster.migration set sql = '\(text)', checksum = s, raw_checksum = s
      from encode(sha256('\(text)'), 'hex') as s where version = '2'
      """, in: database)
    let result = try await Self.drift(database, folder)
    #expect(result.status == 2)
    #expect(result.errors.contains("the applied files do not run on the scratch database:"))
    #expect(result.errors.contains("extension \"no_such_extension\" is not available"))
    #expect(result.errors.contains("--scratch-url"))
  }

  @Test func `without a history, or with one that was tampered with, there is nothing to compare`()
    async throws
  {
    let (database, folder) = try await Self.applied()
    let empty = try await TemporaryCluster.shared().createDatabase()
    let none = try await Self.drift(empty, folder)
    #expect(none.status == 2)
    #expect(none.errors.contains("has no history of migrations"))
    try folder.write("1_orders.sql", "create schema shop;")
    #expect(try await Self.drift(database, folder).status == 4)
  }

  @Test func `Muster's own features have no drift, as a script and as an extension`() async throws {
    let migrations = repository.appending("migrations").string
    let available = try await value(
      "select count(*) from pg_available_extensions where name = 'muster'",
      in: try await TemporaryCluster.shared().settings)
    for form in available == "1" ? ["script", "extension"] : ["script"] {
      let database = try await TemporaryCluster.shared().createDatabase()
      if form == "script" {
        let text = try String(
          contentsOfFile: repository.appending("sql/muster--1.0.sql").string, encoding: .utf8)
        try await script(text, in: database)
      }
      let environment = ["DATABASE_URL": database.conninfo]
      #expect(try await muster("migrate", "--dir", migrations, environment: environment).status == 0)
      let result = try await muster("drift", "--dir", migrations, environment: environment)
      #expect(result.status == 0, "\(form): \(result.output)\(result.errors)")
    }
  }
}

import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("muster migrate --plan")
struct PlanTests {
  /// A database that has the first file, and is to have the others.
  private struct Project {
    let database: ConnectionSettings
    let folder: Folder
    let scratch: String

    init(_ schema: String, in database: ConnectionSettings? = nil) async throws {
      let shared = try await TemporaryCluster.shared()
      if let database { self.database = database } else { self.database = try await shared.createDatabase() }
      scratch = shared.settings.conninfo
      folder = try Folder(["migrations/1_schema.sql": schema])
      let result = try await muster("migrate", environment: environment, folder: folder.path)
      try #require(result.status == 0, "\(result.errors)")
    }

    private var environment: [String: String] { ["DATABASE_URL": database.conninfo] }

    func plan(_ files: [String: String], _ arguments: String...) async throws -> ToolResult {
      for (name, text) in files { try folder.write("migrations/\(name)", text) }
      return try await muster(
        with: ["migrate", "--plan", "--scratch-url", scratch] + arguments, environment: environment,
        folder: folder.path)
    }

    func planOnThrowAwayServer(_ files: [String: String]) async throws -> ToolResult {
      for (name, text) in files { try folder.write("migrations/\(name)", text) }
      return try await muster("migrate", "--plan", environment: environment, folder: folder.path)
    }
  }

  /// Without what differs from run to run.
  private static func steady(_ text: String) -> String {
    text.replacing(/\([0-9.]+ m?s\)/, with: "(N ms)").replacing(/muster_[0-9]+/, with: "db")
      .replacing(/PostgreSQL [^:\n]*/, with: "PostgreSQL N").replacing(/[0-9]+ kB/, with: "N kB")
  }

  private static let shop = """
    create table orders (id int primary key, customer int);
    create table customers (id int primary key);
    create table days (day int) partition by range (day);
    create table monday partition of days for values from (1) to (2);
    create table tuesday partition of days for values from (2) to (3);
    """

  private static let pending = [
    "2_change.sql": """
    alter table orders add note text;
    alter table orders alter id type bigint;
    alter table orders add foreign key (customer) references customers not valid;
    update orders set note = '';
    alter table days add note text;
    """,
    "3_index.sql": """
    -- muster: no-transaction
    create index concurrently by_customer on orders (customer);
    """,
    "4_new.sql": "create table a (id int); create table b (id int); create index on b (id);",
  ]

  @Test("shows for each statement the lock, the rewrite or scan, the size, and who has to wait")
  func text() async throws {
    let project = try await Project(Self.shop)
    try await script(
      "insert into orders select n from generate_series(1, 200) n; analyze orders", in: project.database)
    let result = try await project.plan(Self.pending)
    #expect(result.errors == "")
    #expect(result.status == 0)
    #expect(
      Self.steady(result.output) == """
        database "db" on PostgreSQL N: 3 migrations to apply; nothing was changed
        Rehearsed on a copy without rows: a scratch database on PostgreSQL N

        2_change.sql: 5 statements, one transaction
          1  alter table orders add note text (N ms)
             ACCESS EXCLUSIVE on public.orders (N kB, about 200 rows): blocks reads and writes
          2  alter table orders alter id type bigint (N ms)
             public.orders (N kB, about 200 rows): still ACCESS EXCLUSIVE; every row rewritten; index rebuilt: orders_pkey
          3  alter table orders add foreign key (customer) references customers not valid (N ms)
             SHARE ROW EXCLUSIVE on public.customers (N kB): blocks writes
          4  update orders set note = ''* (N ms)
          5  alter table days add note text (N ms)
             ACCESS EXCLUSIVE on public.days (partitioned table, 0 bytes): blocks reads and writes
             ACCESS EXCLUSIVE on 2 partitions of public.days (0 bytes): blocks reads and writes

        3_index.sql: 1 statement, each in a transaction of its own (no-transaction)
          2  create index concurrently by_customer on orders (customer) (N ms)
             SHARE UPDATE EXCLUSIVE on public.orders (N kB, about 200 rows): blocks neither reads nor writes; other schema \
        changes and VACUUM wait; every row read; index built: by_customer

        4_new.sql: 3 statements, one transaction
          1  3 statements that touch no relation of this database (N ms)

        No rewrite, blocking scan or exclusive lock on a relation of 100 MB or more
        * The copy has no rows: what the marked statements do with rows, and how long, was not seen

        """)
  }

  @Test("warns of what is felt on large relations")
  func warnings() async throws {
    let project = try await Project(Self.shop)
    let result = try await project.plan(
      ["2_change.sql": "alter table orders add note text; alter table orders alter note set not null;"],
      "--large", "1kB")
    #expect(result.status == 0)
    #expect(
      result.output.contains(
        "warning: public.orders is locked, and nobody reads or writes it until the file commits"))
    #expect(
      result.output.contains("warning: public.orders is read from end to end, and nobody reads or writes it"))
    #expect(result.output.contains("\n2 warnings, about relations of 1 kB or more\n"))
  }

  @Test("shows a failing statement with its place, and exits with 1", arguments: [false, true])
  func failure(json: Bool) async throws {
    let project = try await Project(Self.shop)
    let files = ["2_bad.sql": "alter table orders add note text;\nalter table orders add note int;"]
    let result = try await project.plan(files, json ? "--json" : "--plan")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        muster: migrations/2_bad.sql:2:1: ERROR 42701: column "note" of relation "orders" already exists
        2 | alter table orders add note int;
          | ^
        This was on the copy: nothing was changed in the database.

        """)
    #expect(result.output.contains(json ? "\"sqlstate\":\"42701\"" : "ACCESS EXCLUSIVE on public.orders"))
    #expect(try await value("select count(*) from muster.migration", in: project.database) == "1")
  }

  @Test("says everything as JSON")
  func json() async throws {
    let project = try await Project(Self.shop)
    let result = try await project.plan(Self.pending, "--json")
    #expect(result.status == 0)
    let plan = try #require(
      try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let files = try #require(plan["pending"] as? [[String: Any]])
    #expect(files.map { $0["file"] as? String } == Self.pending.keys.sorted().map { "migrations/\($0)" })
    let statements = try #require(files[0]["statements"] as? [[String: Any]])
    let relation = try #require((statements[1]["relations"] as? [[String: Any]])?.first)
    #expect(relation["name"] as? String == "orders" && relation["change"] as? String == "rewritten")
    #expect(relation["heldLock"] as? String == "ACCESS EXCLUSIVE" && relation["lock"] == nil)
    #expect(relation["indexesRebuilt"] as? [String] == ["orders_pkey"])
    #expect((relation["sizeOnTarget"] as? [String: Any])?["bytes"] as? Int ?? 0 > 0)
    #expect(statements[3]["dataMissing"] as? Bool == true)
    let index = try #require((files[1]["statements"] as? [[String: Any]])?.first)
    #expect(index["locksInferred"] as? Bool == true)
  }

  @Test("writes nothing on the target: not a byte of WAL, not a transaction number")
  func readOnly() async throws {
    // Nobody else is at this server, and none of its own processes writes WAL by itself.
    let cluster = try await TemporaryCluster.start(
      .init(settings: [
        "autovacuum": "off", "wal_level": "minimal", "max_wal_senders": "0", "max_replication_slots": "0",
      ]))
    let project = try await Project(Self.shop, in: try await cluster.createDatabase())
    for command in ["vacuum", "checkpoint"] { try await script(command, in: project.database) }
    let state = """
      select pg_current_wal_insert_lsn() || ' ' || pg_snapshot_xmax(pg_current_snapshot())
        || (select string_agg(relname || pg_relation_size(oid), ',' order by oid) from pg_class)
      """
    // Looking itself writes what it finds to be old rows.
    _ = try await value(state, in: project.database)
    let before = try await value(state, in: project.database)
    let result = try await project.plan(Self.pending)
    #expect(result.status == 0)
    #expect(result.output.contains("3 migrations to apply"))
    #expect(try await value(state, in: project.database) == before)
    await cluster.stop()
  }

  @Test("starts a server of its own where none is named")
  func throwAway() async throws {
    let project = try await Project(Self.shop)
    let result = try await project.planOnThrowAwayServer(["2_more.sql": "alter table orders add note text;"])
    #expect(result.errors == "")
    #expect(result.output.contains("Rehearsed on a copy without rows: a throw-away PostgreSQL "))
    #expect(result.output.contains("ACCESS EXCLUSIVE on public.orders"))
  }

  @Test("shows what the files alone say where no copy can be made, and says why")
  func withoutCopy() async throws {
    let project = try await Project(
      """
      create function f() returns int language internal as 'pg_backend_pid';
      update pg_proc set prosrc = 'nowhere' where proname = 'f';
      """)
    let result = try await project.plan(["2_more.sql": "create table a (id int);"])
    #expect(result.status == 0)
    #expect(result.output.contains("  2_more.sql           1  one "))
    #expect(
      result.errors.hasPrefix(
        "muster: locks, rewrites and scans are not known, for nothing was run: the schema cannot be made"))
    #expect(result.errors.contains("no built-in function named \"nowhere\""))
  }

  @Test("runs code objects on the copy as well, and tells the locks of each statement")
  func objects() async throws {
    let project = try await Project(Self.shop)
    try project.folder.write(
      "migrations/objects/v.sql", "create view public.v as select id from public.orders;")
    let migrate = try await muster(
      "migrate", environment: ["DATABASE_URL": project.database.conninfo], folder: project.folder.path)
    #expect(migrate.status == 0, "\(migrate.errors)")
    let result = try await project.plan([
      "objects/v.sql": "create view public.v as select customer, id from public.orders;",
      "objects/t.sql": """
      create function public.f() returns trigger language plpgsql as $$ begin return new; end $$;
      create trigger t before insert on public.orders for each row execute function public.f();
      """,
    ])
    #expect(result.status == 0 && result.errors == "")
    #expect(
      Self.steady(result.output) == """
        database "db" on PostgreSQL N: code objects to change; nothing was changed
        Rehearsed on a copy without rows: a scratch database on PostgreSQL N

        objects/: 2 files, 0 unchanged
          new t.sql
          changed v.sql

        migrations/objects/t.sql: 2 statements, one transaction for all of objects/
          1  create function public.f() returns trigger language plpgsql as $$ begin return new; end $$ (N ms)
          2  create trigger t before insert on public.orders for each row execute function public.f() (N ms)
             SHARE ROW EXCLUSIVE on public.orders (N kB): blocks writes

        migrations/objects/v.sql: 2 statements, one transaction for all of objects/
          1  drop view public.v (N ms)
             ACCESS EXCLUSIVE on public.v (view, 0 bytes): blocks reads and writes; dropped
          1  create view public.v as select customer, id from public.orders (N ms)

        No rewrite, blocking scan or exclusive lock on a relation of 100 MB or more

        """)
    let json = try await project.plan([:], "--json")
    let plan = try #require(
      try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any])
    let statements = try #require(plan["objectStatements"] as? [[String: Any]])
    #expect(statements.map { $0["sql"] as? String ?? "" }.contains("drop view public.v"))
    #expect(
      try await value("select count(*) from pg_trigger where tgname = 't'", in: project.database) == "0")
  }

  @Test("shows what a file asks for one statement beside it")
  func directives() async throws {
    let project = try await Project(Self.shop)
    let files = [
      "2_a.sql": """
      -- muster: no-transaction
      create table fresh (x int);
      -- muster: lock-timeout 500ms
      -- muster: batch
      update orders set customer = 1 where customer is null;
      """
    ]
    let result = try await project.plan(files)
    #expect(
      result.output.contains("is null* (") && result.output.contains("\n     lock-timeout 500ms, batch\n"))
    #expect(
      try await project.plan([:], "--json").output.contains(#""directives":["lock-timeout 500ms","batch"]"#))
  }

  @Test("says that there is nothing to apply, without a copy")
  func nothing() async throws {
    let project = try await Project(Self.shop)
    let result = try await project.plan([:])
    #expect(Self.steady(result.output) == "database \"db\" on PostgreSQL N: nothing to apply\n")
  }
}

import Migrations
import PostgresClient
import SQLText
import TestSupport
import Testing

@Suite("a rehearsal")
struct RehearsalTests {
  /// A database and a copy of it, made by the same file, without a row in either.
  private struct Pair {
    let target: Scratch
    let copy: Scratch
    let folder: Folder

    init(_ schema: String) async throws {
      (target, copy) = (try await .make(), try await .make())
      folder = try Folder(["1_schema.sql": schema])
      _ = try await target.migrator(folder).migrate()
      _ = try await copy.migrator(folder).migrate()
    }

    func rehearse(_ files: [String: String]) async throws -> RehearsalReport {
      for (name, text) in files { try folder.write(name, text) }
      return try await target.migrator(folder).rehearse(on: copy.settings)
    }

    /// What a single statement does.
    func effects(_ sql: String, transaction: Bool = true) async throws -> [String] {
      let head = transaction ? "" : "-- muster: no-transaction\n"
      let report = try await rehearse(["2_change.sql": head + sql])
      try #require(report.failure == nil, "\(report.failure?.description ?? "")")
      return report.statements.flatMap { $0.effects.map(Self.brief) }
    }

    private static func brief(_ effect: RelationEffect) -> String {
      var words = [effect.lock?.name ?? "-", effect.name.description]
      if let change = effect.change { words.append(change.rawValue) }
      words += effect.indexesBuilt.map { "+\($0)" } + effect.indexesRebuilt.map { "~\($0)" }
      words += effect.indexesDropped.map { "-\($0)" }
      if effect.isNew { words.append("new") }
      return words.joined(separator: " ")
    }
  }

  private static let schema = """
    create schema app;
    create table app.big (id int primary key, v int, w varchar(10), t text);
    alter table app.big add constraint positive check (v > 0) not valid;
    create index big_v on app.big (v);
    create table app.small (id int primary key, big int);
    create table app.parent (id int, day int) partition by range (day);
    create table app.first (id int, day int);
    create table app.days (id int, day int) partition by range (day);
    create table app.day partition of app.days for values from (1) to (2);
    create table app.rest partition of app.parent default;
    create domain app.score as int;
    create table app.scores (score app.score);
    create view app.seen as select id from app.big;
    create materialized view app.counted as select count(*) from app.big;
    """

  @Test(
    "tells the lock, and a rewrite or a scan, on tables without rows",
    arguments: [
      ("alter table app.big add note text", ["ACCESS EXCLUSIVE app.big"]),
      ("alter table app.big add n int not null default 1", ["ACCESS EXCLUSIVE app.big"]),
      (
        "alter table app.big add n float default random()",
        ["ACCESS EXCLUSIVE app.big rewritten ~big_pkey ~big_v"]
      ),
      ("alter table app.big alter w type varchar(20)", ["ACCESS EXCLUSIVE app.big"]),
      ("alter table app.big alter v set not null", ["ACCESS EXCLUSIVE app.big scanned"]),
      ("alter table app.big add check (v < 9)", ["ACCESS EXCLUSIVE app.big scanned"]),
      ("alter table app.big add check (v < 9) not valid", ["ACCESS EXCLUSIVE app.big"]),
      ("alter table app.big validate constraint positive", ["SHARE UPDATE EXCLUSIVE app.big scanned"]),
      (
        "alter table app.small add foreign key (big) references app.big",
        ["SHARE ROW EXCLUSIVE app.big", "SHARE ROW EXCLUSIVE app.small scanned"]
      ),
      (
        "alter table app.small add foreign key (big) references app.big not valid",
        ["SHARE ROW EXCLUSIVE app.big", "SHARE ROW EXCLUSIVE app.small"]
      ),
      ("create index big_w on app.big (w)", ["SHARE app.big scanned +big_w"]),
      ("alter table app.big add unique (w)", ["ACCESS EXCLUSIVE app.big scanned +big_w_key"]),
      ("drop index app.big_v", ["ACCESS EXCLUSIVE app.big -big_v"]),
      ("alter index app.big_v rename to other", ["SHARE UPDATE EXCLUSIVE app.other"]),
      ("reindex index app.big_v", ["ACCESS EXCLUSIVE app.big_v", "SHARE app.big scanned ~big_v"]),
      (
        "alter table app.parent attach partition app.first for values from (1) to (2)",
        [
          "ACCESS EXCLUSIVE app.first scanned", "ACCESS EXCLUSIVE app.rest scanned",
          "SHARE UPDATE EXCLUSIVE app.parent",
        ]
      ),
      (
        "alter table app.parent detach partition app.rest",
        ["ACCESS EXCLUSIVE app.parent", "ACCESS EXCLUSIVE app.rest detached"]
      ),
      ("alter domain app.score add check (value > 0)", ["SHARE app.scores scanned"]),
      ("truncate app.small", ["ACCESS EXCLUSIVE app.small emptied ~small_pkey"]),
      (
        "cluster app.big using big_v", ["ACCESS EXCLUSIVE app.big rewritten ~big_pkey ~big_v"]
      ),
      ("drop view app.seen", ["ACCESS EXCLUSIVE app.seen dropped"]),
      ("drop table app.small", ["ACCESS EXCLUSIVE app.small dropped"]),
      ("alter table app.small rename to tiny", ["ACCESS EXCLUSIVE app.tiny"]),
      (
        "refresh materialized view app.counted",
        ["ACCESS EXCLUSIVE app.counted rewritten", "ACCESS SHARE app.big scanned"]
      ),
      (
        "create view app.more as select * from app.small",
        ["ACCESS EXCLUSIVE app.more new", "ACCESS SHARE app.small"]
      ),
      ("update app.small set big = 1", ["ROW EXCLUSIVE app.small"]),
      (
        "do $$ begin alter table app.small alter big type bigint; end $$",
        ["ACCESS EXCLUSIVE app.small rewritten ~small_pkey"]
      ),
      ("create policy p on app.small using (true)", ["ACCESS EXCLUSIVE app.small"]),
      ("comment on table app.small is 'x'", ["SHARE UPDATE EXCLUSIVE app.small"]),
    ])
  func effects(sql: String, expected: [String]) async throws {
    let effects = try await Pair(Self.schema).effects(sql)
    #expect(effects == expected)
  }

  @Test(
    "knows the lock of what cannot be in a transaction",
    arguments: [
      ("create index concurrently big_w on app.big (w)", ["SHARE UPDATE EXCLUSIVE app.big scanned +big_w"]),
      ("drop index concurrently app.big_v", ["SHARE UPDATE EXCLUSIVE app.big -big_v"]),
      ("reindex index concurrently app.big_v", ["SHARE UPDATE EXCLUSIVE app.big scanned ~big_v"]),
      ("alter table app.days detach partition app.day concurrently", ["ACCESS EXCLUSIVE app.day detached"]),
      ("vacuum app.big", ["SHARE UPDATE EXCLUSIVE app.big vacuumed"]),
      ("vacuum full app.big", ["ACCESS EXCLUSIVE app.big rewritten ~big_pkey ~big_v"]),
      ("alter table app.big add note text", ["ACCESS EXCLUSIVE app.big"]),
    ])
  func outsideTransactions(sql: String, expected: [String]) async throws {
    let effects = try await Pair(Self.schema).effects(sql, transaction: false)
    #expect(effects == expected)
  }

  @Test(
    "knows them as the server takes them",
    arguments: [
      (
        "create index concurrently big_w on app.big (w)", "lock app.big in row exclusive mode", "app.big",
        LockMode.shareUpdateExclusive
      ),
      (
        "drop index concurrently app.big_v", "lock app.big in row exclusive mode", "app.big",
        .shareUpdateExclusive
      ),
      (
        "reindex table concurrently app.big", "lock app.big in row exclusive mode", "app.big",
        .shareUpdateExclusive
      ),
      ("vacuum app.big", "lock app.big in share update exclusive mode", "app.big", .shareUpdateExclusive),
      ("vacuum full app.big", "lock app.big in access share mode", "app.big", .accessExclusive),
      (
        "alter table app.days detach partition app.day concurrently", "lock app.day in access share mode",
        "app.day", .accessExclusive
      ),
    ])
  func knowledge(sql: String, blocker: String, relation: String, mode: LockMode) async throws {
    let database = try await Scratch.make()
    try await database.execute(Self.schema)
    let worker = try await PostgresConnection.connect(database.settings)
    let pid = try await worker.run { try $0.query("select pg_backend_pid()").scalar(Int.self) }
    try await database.execute("begin; \(blocker)")
    let work = Task { _ = try await worker.run { try $0.execute(sql) } }
    let watcher = try await PostgresConnection.connect(database.settings)
    try await eventually {
      let strongest = try await watcher.run { connection in
        try connection.query(
          "select mode from pg_locks where pid = $1 and relation = $2::regclass and locktype = 'relation'",
          [pid, relation]
        ).compactMap { LockMode(catalogName: try $0.decode(at: 0)) }.max()
      }
      return strongest == mode
    }
    try await database.execute("rollback")
    try await work.value
  }

  @Test("shows nothing of what reaches beyond the database, and does not run it")
  func beyond() async throws {
    let pair = try await Pair(Self.schema)
    let report = try await pair.rehearse([
      "2_system.sql": """
      -- muster: no-transaction
      alter system set work_mem = '77MB';
      create database muster_is_not_to_make_this;
      """,
      "3_copy.sql": "copy app.small from program 'false';",
    ])
    #expect(report.failure == nil)
    let remarks = report.statements.map(\.remarks)
    #expect(
      remarks == [
        [.notRun("it changes the whole server")], [.notRun("it is about more than this database")],
        [.notRun("it reads or writes files of the server")],
      ])
    let made = try await pair.copy.value(
      "select count(*) from pg_database where datname like 'muster_is_not%'")
    #expect(made == "0")
  }

  @Test("runs files behind each other, names things as the target does, and says how big they are there")
  func several() async throws {
    let pair = try await Pair(Self.schema)
    try await pair.target.execute(
      "insert into app.big select n, 1, 'x' from generate_series(1, 1000) n; analyze app.big")
    let report = try await pair.rehearse([
      "2_rename.sql": "alter table app.big rename to huge; alter table app.huge add x int;",
      "3_new.sql": "create table app.fresh (id int); create index on app.fresh (id);",
      "4_fill.sql": "alter table app.fresh add y int; insert into app.huge (id) values (1);",
    ])
    #expect(report.failure == nil)
    let effects = report.statements.map { $0.effects }
    let huge = try #require(effects[0].first)
    #expect(huge.name.description == "app.huge")
    #expect(huge.nameOnTarget?.description == "app.big")
    #expect(huge.size?.rows == 1000)
    let bytes = try await pair.target.value("select pg_total_relation_size('app.big')")
    #expect(huge.size.map { "\($0.bytes)" } == bytes)
    #expect(effects[1].isEmpty, "the first statement took the lock already")
    #expect(effects[3].allSatisfy { $0.isNew && $0.size == nil })
    #expect(effects[4].first?.isNew == true)
    #expect(report.statements[5].remarks == [.dataMissing])
    #expect(try await pair.target.value("select count(*) from muster.migration") == "1")
  }

  @Test("ends at a statement that fails, and keeps what ran before it")
  func failure() async throws {
    let pair = try await Pair(Self.schema)
    let report = try await pair.rehearse([
      "2_bad.sql": "alter table app.big add x int;\nalter table app.bog add x int;"
    ])
    #expect(report.statements.count == 1)
    #expect(report.failure?.exitCode == 1)
    #expect(report.failure?.place?.position?.description == "2:1")
  }

  @Test("sums the partitions of a partitioned table")
  func partitions() async throws {
    let pair = try await Pair(Self.schema)
    try await pair.target.execute(
      "insert into app.days select n, 1 from generate_series(1, 500) n; analyze app.days")
    let report = try await pair.rehearse(["2_note.sql": "alter table app.days add note text"])
    let effects = try #require(report.statements.first?.effects)
    #expect(effects.map(\.name.name) == ["day", "days"])
    #expect(effects.map(\.partitionOf?.name) == ["days", nil])
    #expect(effects[0].size == effects[1].size)
    #expect(effects[1].size?.rows == 500)
  }
}

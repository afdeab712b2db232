import Foundation
import Migrations
import PostgresClient
import TestSupport
import Testing

/// The same for all else that writes: hooks, batches, code objects, ways back, and what changes the history alone.
@Suite("killed anywhere, of other commands", .serialized)
struct KillWalkMoreTests {
  /// An empty database, but for what the SQL makes.
  private static func clear(_ database: ConnectionSettings, _ sql: String = "") async throws {
    try await script(
      """
      drop schema if exists s, one, two, muster cascade; drop table if exists schema_migrations;
      create schema s; \(sql)
      """, in: database)
  }

  private static func folder(_ files: [String: String]) throws -> Folder {
    let folder = try Folder()
    for (name, text) in files { try folder.write("migrations/\(name)", text) }
    return folder
  }

  private static func migrate(_ database: ConnectionSettings, _ folder: Folder) async throws {
    _ = try await Migrator(database, directory: "\(folder.path)/migrations").migrate()
  }

  private static let log = "select string_agg(l::text, e'\\n' order by l::text) from s.log l"

  @Test func `hooks and batches`() async throws {
    let folder = try Self.folder([
      "1_a.sql": "create table s.a as select i, false as done from generate_series(1, 6) i;",
      "2_b.sql": """
      -- muster: no-transaction
      -- muster: batch
      update s.a set done = true where i in (select i from s.a where not done limit 3);
      """,
      "hooks/before_deploy.sql": "insert into s.log values ('before') on conflict do nothing;",
      "hooks/after_deploy.sql": """
      -- muster: no-transaction
      insert into s.log select 'done ' || count(*) from s.a where done on conflict do nothing;
      vacuum s.a;
      """,
    ])
    let walk = KillWalk(command: ["migrate"], folder: folder, remains: Self.log, stride: 6) {
      try await Self.clear($0, "create table s.log (x text primary key)")
    }
    #expect(try await walk() > 20)
  }

  @Test func `code objects that are made, replaced and dropped`() async throws {
    let before = try Self.folder([
      "1_a.sql": "create table s.log (x int); insert into s.log values (1);",
      "objects/v.sql": "create view s.v as select x from s.log;",
      "objects/w.sql": "create view s.w as select x from s.v;",
      "objects/gone.sql": "create function s.gone() returns int language sql as 'select 1';",
    ])
    let folder = try Self.folder([
      "1_a.sql": "create table s.log (x int); insert into s.log values (1);",
      "2_b.sql": "alter table s.log add y int;",
      "objects/v.sql": "create view s.v as select x::bigint, y from s.log;",
      "objects/w.sql": "create view s.w as select x from s.v;",
      "objects/f.sql": "create function s.f() returns bigint language sql as 'select count(*) from s.log';",
    ])
    let walk = KillWalk(command: ["migrate"], folder: folder, remains: Self.log, stride: 6) {
      try await Self.clear($0)
      try await Self.migrate($0, before)
    }
    #expect(try await walk() > 20)
  }

  @Test func `the way back`() async throws {
    let folder = try Self.folder([
      "1_a.sql": "create table s.log (x int); insert into s.log values (1);",
      "2_b.sql": "create table s.b (x int);\ncreate index b_x on s.b (x);",
      "2_b.down.sql": """
      -- muster: no-transaction
      insert into s.log values (2);
      drop index concurrently s.b_x;
      drop table s.b;
      """,
      "3_c.sql": "create table s.c (x int);",
      "3_c.down.sql": "insert into s.log values (3);\ndrop table s.c;",
    ])
    let walk = KillWalk(command: ["migrate", "--to", "1"], folder: folder, remains: Self.log, stride: 3) {
      try await Self.clear($0)
      try await Self.migrate($0, folder)
    }
    #expect(try await walk() > 10)
  }

  @Test func `repair`() async throws {
    let before = try Self.folder(["1_a.sql": "create table s.log (x int);", "2_b.sql": "select 2;"])
    let folder = try Self.folder(["1_a.sql": "create table s.log (x  int);", "2_b.sql": "select 22;"])
    let walk = KillWalk(
      command: ["repair", "--yes"], folder: folder, remains: Self.log, hasSessions: true, stride: 3
    ) {
      try await Self.clear($0)
      try await Self.migrate($0, before)
    }
    #expect(try await walk() > 5)
  }

  @Test func `baseline`() async throws {
    let folder = try Self.folder(["1_a.sql": "create table s.log (x int);", "2_b.sql": "select 2;"])
    let walk = KillWalk(
      command: ["baseline", "2", "--yes"], folder: folder, remains: Self.log, hasSessions: true
    ) {
      try await Self.clear($0, "create table s.log (x int)")
    }
    #expect(try await walk() > 5)
  }

  /// What was taken over already needs nothing more than to be told so.
  @Test func `adopt, and the run that goes on`() async throws {
    let folder = try Self.folder([
      "1_a.sql": "-- migrate:up\ncreate table s.log (x int);\n-- migrate:down\ndrop table s.log;\n",
      "2_b.sql": "-- migrate:up\ncreate table s.b (x int);\n",
    ])
    let walk = KillWalk(
      command: ["adopt", "--yes"], folder: folder, remains: Self.log, hasSessions: true, stride: 3
    ) {
      try await Self.clear(
        $0,
        """
        create table s.log (x int); create table schema_migrations (version varchar(128) primary key);
        insert into schema_migrations values ('1')
        """)
    }
    #expect(try await walk() > 5)
  }

  @Test func `a fleet that is resumed`() async throws {
    let folder = try Self.folder([
      "1_a.sql": "create table log (x int); insert into log values (1);",
      "2_b.sql": "-- muster: no-transaction\ncreate index concurrently log_x on log (x);",
    ])
    try folder.write("targets", "schema=one\nschema=two\n")
    let command = ["migrate", "--targets", "targets", "--parallel", "1", "--json"]
    var walk = KillWalk(
      command: command, folder: folder,
      remains:
        "select string_agg(t, ',') from (select 'one ' || x as t from one.log union all select 'two ' || x from two.log) t",
      hasSessions: true, stride: 11
    ) {
      try await Self.clear($0, "create schema one; create schema two")
    }
    walk.rerun = { killed in
      let report = "report-\(UUID().uuidString)"
      try folder.write(report, killed.output)
      return command + ["--resume", report]
    }
    #expect(try await walk() > 10)
  }
}

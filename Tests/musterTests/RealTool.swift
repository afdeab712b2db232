import Foundation
import PostgresClient
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// Another tool itself, with a folder of five migrations in its own layout: tables, a view, a function with semicolons, and
/// two files that cannot be in a transaction.
struct RealTool: Sendable {
  let program: String
  /// What `--layout` takes.
  let layout: String
  /// Brings the database that PG… and `URL` name to what `DIR` has. A shell runs it.
  let apply: String
  private let file: @Sendable (_ number: Int, _ migration: Migration) -> [String: String]

  struct Migration: Sendable {
    let name: String
    let statements: [String]
    var undo = "select 1;"
    var isAlone = false

    var sql: String { statements.joined(separator: "\n") + "\n" }
  }

  static let migrations = [
    Migration(
      name: "a",
      statements: [
        "create table a (x int primary key);", "create table ran (name text);",
        "insert into ran values ('a');",
      ]),
    Migration(
      name: "b",
      statements: [
        "create function b() returns text language plpgsql as $$\nbegin\n  return 'a;b';\nend $$;",
        "insert into ran values ('b');",
      ]),
    Migration(
      name: "c", statements: ["create index concurrently c on a (x desc);"], undo: "drop index c;",
      isAlone: true),
    Migration(
      name: "d", statements: ["create view d as select x from a;", "insert into ran values ('d');"]),
    Migration(
      name: "e", statements: ["create index concurrently e on a (x) where x > 0;"], undo: "drop index e;",
      isAlone: true),
  ]

  /// The first of the migrations as the tool wants them.
  func folder(_ count: Int) throws -> Folder {
    try Folder(
      zip(1..., Self.migrations.prefix(count)).reduce(into: [:]) { files, next in
        files.merge(file(next.0, next.1)) { $1 }
      })
  }

  var isInstalled: Bool { Self.isInstalled(program) }

  static func isInstalled(_ program: String) -> Bool {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
    }
  }

  func run(_ database: ConnectionSettings, _ folder: Folder) async throws -> ToolResult {
    try await Self.run(apply, database, folder)
  }

  /// Gives a shell what the tools take from their environment.
  static func run(_ script: String, _ database: ConnectionSettings, _ folder: Folder) async throws
    -> ToolResult
  {
    let (host, name) = (database.parameters["host"] ?? "", database.parameters["dbname"] ?? "")
    let environment = plain([
      "DIR": folder.path, "PGHOST": host, "PGPORT": "5432", "PGUSER": "postgres", "PGDATABASE": name,
      "URL": "postgres://postgres@/\(name)?host=\(host)&port=5432&sslmode=disable", "HOME": folder.path,
    ])
    let result = try await Subprocess.run(
      .path("/bin/sh"), arguments: ["-ec", script], environment: .custom(environment),
      workingDirectory: FilePath(folder.path), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    let status: Int32 = if case .exited(let code) = result.terminationStatus { code } else { -1 }
    return ToolResult(status: status, output: result.standardOutput, errors: result.standardError)
  }
}

extension RealTool {
  static let dbmate = RealTool(
    program: "dbmate", layout: "dbmate",
    apply: #"dbmate --url "$URL" --migrations-dir "$DIR" --no-dump-schema migrate"#
  ) { number, migration in
    let marker = migration.isAlone ? " transaction:false" : ""
    return [
      "2026010\(number)000000_\(migration.name).sql":
        "-- migrate:up\(marker)\n\(migration.sql)\n-- migrate:down\(marker)\n\(migration.undo)\n"
    ]
  }

  static let goose = RealTool(
    program: "goose", layout: "goose", apply: #"goose -dir "$DIR" postgres "$URL" up"#
  ) { number, migration in
    let marker = migration.isAlone ? "-- +goose NO TRANSACTION\n" : ""
    let statements = migration.statements.map {
      "-- +goose StatementBegin\n\($0)\n-- +goose StatementEnd\n"
    }
    return [
      "0000\(number)_\(migration.name).sql":
        "\(marker)-- +goose Up\n\(statements.joined())\n-- +goose Down\n\(migration.undo)\n"
    ]
  }

  static let golangMigrate = RealTool(
    program: "migrate", layout: "golang-migrate", apply: #"migrate -path "$DIR" -database "$URL" up"#
  ) { number, migration in
    [
      "00000\(number)_\(migration.name).up.sql": migration.sql,
      "00000\(number)_\(migration.name).down.sql": migration.undo,
    ]
  }

  static let diesel = RealTool(
    program: "diesel", layout: "diesel",
    apply: #"diesel migration run --migration-dir "$DIR" --database-url "$URL""#
  ) { number, migration in
    let folder = "2026-01-0\(number)-000000_\(migration.name)"
    let alone = migration.isAlone ? ["\(folder)/metadata.toml": "run_in_transaction = false\n"] : [:]
    return ["\(folder)/up.sql": migration.sql, "\(folder)/down.sql": migration.undo].merging(alone) { $1 }
  }

  static let sqlx = RealTool(
    program: "sqlx", layout: "sqlx",
    apply: #"sqlx migrate run --source "$DIR" --database-url "$URL""#
  ) { number, migration in
    [
      "2026010\(number)000000_\(migration.name).sql": (migration.isAlone ? "-- no-transaction\n" : "")
        + migration.sql
    ]
  }
}

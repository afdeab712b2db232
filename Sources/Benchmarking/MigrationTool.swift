import FoundationEssentials
import PostgresClient
import Subprocess
import SystemPackage

/// A program that applies a folder of SQL files to a database, and how it wants to be called.
struct MigrationTool: Sendable {
  /// What is called, and what it is told.
  struct Call: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String] = [:]
    /// The folder to call it in.
    var folder: String
  }

  let name: String
  /// Whether it can be asked to do nothing: psql does everything again.
  var hasHistory = true
  /// Measured once, because it takes its time.
  var isSlow = false
  /// Writes the files, in the form that this tool reads, into an empty folder.
  let prepare: @Sendable (_ folder: String, _ files: [MigrationRace.File]) throws -> Void
  let call: @Sendable (_ folder: String, _ database: ConnectionSettings) -> Call
}

extension MigrationTool {
  /// The floor: one session, one transaction a file, no history.
  static func psql(_ program: String) -> MigrationTool {
    MigrationTool(
      name: "psql", hasHistory: false,
      prepare: { folder, files in
        for file in files { try write(file.sql, to: "\(folder)/\(file.name).sql") }
        let script = files.map { "begin;\n\\i \($0.name).sql\ncommit;\n" }.joined()
        try write(script, to: "\(folder)/all.psql")
      },
      call: { folder, database in
        Call(
          program: program,
          arguments: ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=all.psql"],
          environment: database.environment, folder: folder)
      })
  }

  static func muster(_ program: String) -> MigrationTool {
    MigrationTool(
      name: "muster",
      prepare: { folder, files in
        for file in files { try write(file.sql, to: "\(folder)/\(file.name).sql") }
      },
      call: { folder, database in
        Call(
          program: program, arguments: ["migrate", "--quiet", "--dir", "."],
          environment: database.environment, folder: folder)
      })
  }

  /// Those of other people that are in PATH.
  static var installedPeers: [MigrationTool] {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return [dbmate, sqlMigrate, sqitch].filter { tool in
      folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool.name)") }
    }
  }

  private static let dbmate = MigrationTool(
    name: "dbmate",
    prepare: { folder, files in
      for file in files {
        try write("-- migrate:up\n\(file.sql)\n-- migrate:down\n", to: "\(folder)/\(file.name).sql")
      }
    },
    call: { folder, database in
      Call(
        program: "dbmate", arguments: ["--migrations-dir", ".", "--no-dump-schema", "migrate"],
        environment: database.environment.merging(["DATABASE_URL": database.url]) { $1 }, folder: folder)
    })

  private static let sqlMigrate = MigrationTool(
    name: "sql-migrate",
    prepare: { folder, files in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/files", withIntermediateDirectories: false)
      for file in files {
        try write("-- +migrate Up\n\(file.sql)\n", to: "\(folder)/files/\(file.name).sql")
      }
      let configuration = "bench:\n  dialect: postgres\n  datasource: ${MUSTER_BENCH}\n  dir: files\n"
      try write(configuration, to: "\(folder)/dbconfig.yml")
    },
    call: { folder, database in
      Call(
        program: "sql-migrate", arguments: ["up", "-env=bench"],
        environment: database.environment.merging(["MUSTER_BENCH": database.keywords]) { $1 }, folder: folder)
    })

  private static let sqitch = MigrationTool(
    name: "sqitch", isSlow: true,
    prepare: { folder, files in
      try FileManager.default.createDirectory(
        atPath: "\(folder)/deploy", withIntermediateDirectories: false)
      for file in files {
        try write("begin;\n\(file.sql)\ncommit;\n", to: "\(folder)/deploy/m\(file.name).sql")
      }
      let plan = files.map { "m\($0.name) 2026-01-01T00:00:00Z Bench <bench@example.org>\n" }
      try write("%syntax-version=1.0.0\n%project=bench\n\n\(plan.joined())", to: "\(folder)/sqitch.plan")
      try write(
        "[core]\n\tengine = pg\n[user]\n\tname = Bench\n\temail = bench@example.org\n",
        to: "\(folder)/sqitch.conf")
    },
    call: { folder, database in
      Call(
        program: "sqitch", arguments: ["deploy", "--no-verify", "db:pg:"],
        environment: database.environment.merging(["SQITCH_CONFIG": "sqitch.conf"]) { $1 }, folder: folder)
    })

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}

extension ConnectionSettings {
  /// libpq's variables, which all of these tools or their drivers know. The password is not among them.
  fileprivate var environment: [String: String] {
    let names = ["host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"]
    return parameters.reduce(into: [:]) { found, parameter in
      if let name = names[parameter.key] { found[name] = parameter.value }
    }
  }

  /// For a driver that wants a URL. TLS would be measured instead of the tool.
  fileprivate var url: String {
    let server = ["host", "port"].compactMap { name in parameters[name].map { "\(name)=\($0)" } }
    return "postgres://\(parameters["user"] ?? "")@/\(parameters["dbname"] ?? "")?"
      + (server + ["sslmode=disable"]).joined(separator: "&")
  }

  /// For one that wants `keyword=value`.
  fileprivate var keywords: String {
    let pairs = ["host", "port", "user", "dbname"].compactMap { name in
      parameters[name].map { "\(name)=\($0)" }
    }
    return (pairs + ["sslmode=disable"]).joined(separator: " ")
  }
}

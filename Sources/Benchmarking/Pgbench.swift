import FoundationEssentials
import PostgresClient
import Subprocess
import SystemPackage

/// PostgreSQL's own load generator: written in C and known to everybody, so that the client costs little and no figure
/// rests on a loop of ours.
struct Pgbench: Sendable {
  struct Run: Sendable {
    var perSecond: Double
    var transactions: Int
  }

  let program: String
  let settings: ConnectionSettings

  /// Runs a script with prepared statements, over and over.
  ///
  /// `session` are settings that each connection makes first, such as `role`.
  func run(_ script: String, clients: Int, seconds: Int, session: [String: String] = [:]) async throws -> Run
  {
    let password = try settings.secret.map(PasswordFile.init)
    defer { password?.remove() }
    let result = try await Subprocess.run(
      program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: [
        "--no-vacuum", "--protocol=prepared", "--client=\(clients)", "--jobs=\(min(clients, 2))",
        "--time=\(seconds)",
        "--file=/dev/stdin",
      ],
      environment: .inherit.updating(environment(session, password)), input: .string(script),
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 20))
    let output = result.standardOutput
    guard result.terminationStatus.isSuccess, let perSecond = Self.number(after: "tps =", in: output),
      let transactions = Self.number(after: "transactions actually processed:", in: output)
    else {
      throw BenchmarkError.pgbench(
        program: program, status: "\(result.terminationStatus)", output: output + result.standardError)
    }
    return Run(perSecond: perSecond, transactions: Int(transactions))
  }

  /// libpq's variables, but for the password, which is read from a file.
  private func environment(
    _ session: [String: String], _ password: PasswordFile?
  ) -> [Environment.Key: String?] {
    let names = [
      "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER",
      "dbname": "PGDATABASE", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT",
      "sslkey": "PGSSLKEY", "service": "PGSERVICE", "passfile": "PGPASSFILE",
    ]
    var environment: [Environment.Key: String?] = ["DATABASE_URL": nil, "PGPASSWORD": nil]
    for (keyword, value) in settings.parameters {
      if let name = names[keyword] { environment[Environment.Key(stringLiteral: name)] = value }
    }
    if let password { environment["PGPASSFILE"] = password.path }
    let options = session.sorted { $0.key < $1.key }
      .map { "-c \($0.key)=" + $0.value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ") }
    environment["PGOPTIONS"] = ([settings.parameters["options"]].compactMap { $0 } + options).joined(
      separator: " ")
    return environment
  }

  private static func number(after label: String, in output: String) -> Double? {
    guard let range = output.firstRange(of: label) else { return nil }
    return Double(output[range.upperBound...].drop { $0 == " " }.prefix { $0.isNumber || $0 == "." })
  }
}

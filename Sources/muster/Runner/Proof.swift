import Migrations
import PostgresClient
import Synchronization
import Verification

/// The proof of one database's run: before each commit the access table is tried in the transaction itself.
final class Proof: Sendable {
  /// What was tried before one commit, and what was found.
  struct Attempt: Encodable, Sendable {
    struct Found: Encodable, Sendable {
      let check: String
      let message: String
      let detail: String
      /// Whether it is there without the files as well; nil where nobody looked.
      var wasThere: Bool?
    }

    let expectations: String
    let cells: Int
    let milliseconds: Double
    var findings: [Found]
  }

  private let table: Expectations
  private let log: MigrationLog
  private let state = Mutex<[Attempt]>([])

  init(_ table: Expectations, log: MigrationLog) {
    self.table = table
    self.log = log
  }

  var attempts: [Attempt] { state.withLock { $0 } }

  /// Throws `Refusal` where the table is not kept, and the server's error where it cannot be tried.
  func look(_ connection: isolated PostgresConnection) throws {
    let report: AccessProof.Report
    do {
      report = try AccessProof(table) { [log] in log.show("proving \($0.check.name)") }(connection)
    } catch let interruption as Interruption {
      throw interruption.error
    }
    let attempt = Attempt(report, of: table)
    state.withLock { $0.append(attempt) }
    guard attempt.findings.isEmpty else { throw Refusal(attempt.complaint) }
    log.proved("proved \(counted(report.cells, "cell")) of \(table.file) in \(report.verdict.duration.brief)")
  }

  /// Tries the table on the database as it was left, and marks the findings that the files are not to blame for.
  func lookAgain(at settings: ConnectionSettings) async {
    guard let messages = try? await messages(at: settings) else { return }
    state.withLock { attempts in
      guard let last = attempts.indices.last else { return }
      for index in attempts[last].findings.indices {
        attempts[last].findings[index].wasThere = messages.contains(attempts[last].findings[index].message)
      }
    }
  }

  /// The findings that were there before, for a person; nil where there are none.
  var older: String? {
    let found = (attempts.last?.findings ?? []).filter { $0.wasThere == true }
    guard !found.isEmpty else { return nil }
    return "not from these files, for it is so without them: " + found.map(\.message).joined(separator: "; ")
  }

  private func messages(at settings: ConnectionSettings) async throws -> Set<String> {
    return try await PostgresConnection.withConnection(to: settings) { [table] connection in
      try connection.execute("begin")
      let report = try AccessProof(table)(connection)
      return Set(report.verdict.results.flatMap(\.findings).map(\.message))
    }
  }
}

extension Proof.Attempt {
  init(_ report: AccessProof.Report, of table: Expectations) {
    expectations = table.file
    cells = report.cells
    milliseconds = (report.verdict.duration / .milliseconds(1)).rounded()
    findings = report.verdict.results.flatMap { result in
      result.findings.map { Found(check: result.check.name, message: $0.message, detail: $0.detail) }
    }
  }

  /// More than a person reads of one failure.
  private static let shown = 20

  var complaint: String {
    var lines = [
      "what would be committed does not keep to \(expectations), of which \(counted(cells, "cell")) were tried:"
    ]
    for finding in findings.prefix(Self.shown) {
      lines.append("  \(finding.message)")
      lines += finding.detail.split(separator: "\n").map { "    \($0)" }
    }
    if findings.count > Self.shown {
      lines.append("  and \(counted(findings.count - Self.shown, "other")); --json shows all of them")
    }
    return lines.joined(separator: "\n")
  }
}

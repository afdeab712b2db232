import PostgresClient
import SQLText

/// `-- muster: requires-extension NAME`, met inside the transaction of the file that asks for it.
///
/// Muster's own extension is also carried as a plain script, for hosts where no extension can be installed; it makes the
/// same objects.
struct ExtensionRequirement {
  let required: Directives.RequiredExtension
  let script: Script
  let settings: RunSettings

  /// An object by which Muster's extension is known where it was installed as a plain script.
  private static let witness = "muster.liveness"

  private var isMuster: Bool { required.name == "muster" }

  init(_ required: Directives.RequiredExtension, script: Script, settings: RunSettings) {
    self.required = required
    self.script = script
    self.settings = settings
  }

  func satisfy(_ connection: isolated PostgresConnection) throws {
    let rows = try connection.query(
      """
      select exists (select from pg_catalog.pg_extension where extname = $1),
        exists (select from pg_catalog.pg_available_extensions where name = $1),
        pg_catalog.to_regclass('\(Self.witness)') is not null
      """, [required.name])
    let (isCreated, isAvailable, isScripted) =
      (
        try rows[0].decode(Bool.self, at: 0), try rows[0].decode(Bool.self, at: 1),
        try rows[0].decode(Bool.self, at: 2)
      )
    if isCreated || (isMuster && isScripted) { return }
    if isAvailable {
      if try create(connection) { return }
    } else if !isMuster {
      throw missing("the server does not have it; install its package on the server, or leave the file out")
    }
    try runPlainScript(connection)
  }

  /// Returns false where this user may not create the extension and there is another way.
  private func create(_ connection: isolated PostgresConnection) throws -> Bool {
    let name = "\"" + required.name.replacing("\"", with: "\"\"") + "\""
    do {
      try connection.savepoint { _ = try $0.execute("create extension if not exists \(name) cascade") }
      settings.report(.extensionCreated(required.name, asScript: false))
      return true
    } catch let error as PostgresError {
      guard error.kind == .server else { throw error }
      guard isMuster, error.code == .insufficientPrivilege else {
        throw missing("cannot be created: \(error.summary)")
      }
      return false
    }
  }

  private func runPlainScript(_ connection: isolated PostgresConnection) throws {
    let plain = try Script(path: ExtensionScript.name, bytes: ExtensionScript.bytes)
    let results = try connection.pipeline(plain.statements.map { Statement(plain.text($0)) })
    for (result, statement) in zip(results, plain.statements) {
      guard case .failure(let error) = result else { continue }
      throw StatementFailure(
        error, of: statement, in: plain, outcome: .rolledBack, singleByte: settings.hasSingleByteText)
    }
    settings.report(.extensionCreated(required.name, asScript: true))
  }

  private func missing(_ reason: String) -> ServerError {
    let place = script.source.place(at: required.offset)
    return .extensionMissing(
      name: required.name, reason: reason, place: "\(place)", excerpt: place.excerpt)
  }
}

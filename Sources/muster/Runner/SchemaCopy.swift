import Catalog
import Migrations
import PostgresClient

/// The schema of a database and its history as one script, read at one instant and written to another database.
struct SchemaCopy: Sendable {
  private let script: String

  /// Kinds that act beyond their database, or are of no use in a copy.
  private static let leftOut: Set<ObjectKind> = [.job, .subscription]

  /// Reads only.
  init(of settings: ConnectionSettings) async throws {
    script = try await PostgresConnection.withConnection(to: settings) { connection in
      try connection.transaction("isolation level repeatable read read only") { connection in
        var options = Dump.Options()
        options.excluded = Self.leftOut
        let dump = Dump(try Catalog.read(connection), options)
        return (dump.blocks.flatMap(\.self) + (try HistoryScript.read(connection))).joined(separator: ";\n")
      }
    }
  }

  /// Makes the copy in an empty database.
  ///
  /// - Returns: the version of the server that it is on.
  /// - Throws: ``CopyError`` where something of it cannot be made there.
  func write(to settings: ConnectionSettings) async throws -> String {
    try await PostgresConnection.withConnection(to: settings) { connection in
      do {
        try connection.execute(script)
      } catch let error as PostgresError where error.kind == .server {
        throw CopyError(cause: error)
      }
      return connection.parameterStatus("server_version") ?? ""
    }
  }
}

/// A schema that cannot be made again on the scratch server.
struct CopyError: Error, CustomStringConvertible {
  let cause: PostgresError

  var description: String {
    "the schema cannot be made on the scratch server: \(cause)"
  }
}

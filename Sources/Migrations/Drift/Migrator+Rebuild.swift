public import PostgresClient
import SQLText

extension Migrator {
  /// Makes on an empty database what the applied files made on this one: those, as they were applied, and nothing that is
  /// pending. Statements that reach beyond a database, to subscriptions or the whole server, are left out.
  ///
  /// - Parameters:
  ///   - view: the database as ``status()`` found it, without faults in its history.
  ///   - scratch: the empty database.
  ///   - musterAsScript: whether Muster's own extension is to be there as a plain script, as it is on this database.
  ///   - sparesServer: whether others use the server of the scratch database.
  /// - Returns: the statements that were left out, and why.
  /// - Throws: ``MigrationError`` where the files do not run there.
  public func rebuild(
    _ view: DatabaseView, on scratch: ConnectionSettings, musterAsScript: Bool,
    sparingServer sparesServer: Bool = false
  ) async throws(MigrationError) -> [RehearsedStatement] {
    let rehearsal = Rehearsal(looks: false, sparesServer: sparesServer)
    var options = options
    options.rehearsal = rehearsal
    options.target = .newest
    do {
      let files = try await appliedFiles(view)
      options.files = files
      options.objects = try await appliedObjects(view)
      // Where nothing is applied, nothing makes the history and its schema.
      if files.isEmpty {
        try await PostgresConnection.withConnection(to: scratch) {
          _ = try $0.execute("create schema if not exists muster")
        }
      }
      if musterAsScript {
        try await PostgresConnection.withConnection(to: scratch) { try ExtensionScript.install($0) }
      }
      _ = try await Migrator(scratch, directory: directory, options: options).migrate()
      return rehearsal.statements
    } catch {
      throw MigrationError(error)
    }
  }

  /// The tables of other tools' histories, where files were adopted: no file makes them.
  public func foreignHistoryTables(_ view: DatabaseView) async throws(MigrationError) -> [String] {
    guard view.history.contains(where: { $0.kind == .adopted }) else { return [] }
    do {
      return try await PostgresConnection.withConnection(to: settings) { try ForeignHistory.tables($0) }
    } catch {
      throw MigrationError(error)
    }
  }

  /// Repeatable files that were edited since come as they were when they last ran.
  private func appliedFiles(_ view: DatabaseView) async throws -> [MigrationFile] {
    let history = Set(view.history.map(\.version))
    let edited = view.reconciliation.pending.filter { history.contains($0.version) }
    let former = try await edited.isEmpty ? [] : formerly(edited)
    return (view.reconciliation.applied.map(\.file) + former).sorted { $0.version < $1.version }
  }

  private func appliedObjects(_ view: DatabaseView) async throws -> ObjectFolder {
    guard !view.past.objects.isEmpty else { return ObjectFolder([], of: directory, options.context) }
    let table = ObjectTable(scope: options.scope).records
    let records = try await PostgresConnection.withConnection(to: settings) { connection in
      try ObjectTable.decode(connection.query(table.sql, table.parameters))
    }
    return ObjectFolder(records, of: directory, options.context)
  }

  private func formerly(_ files: [MigrationFile]) async throws -> [MigrationFile] {
    let history = History(scope: options.scope)
    let texts = try await PostgresConnection.withConnection(to: settings) {
      try history.sql(of: files.map(\.version), $0)
    }
    return files.compactMap { file in
      texts[file.version].map {
        MigrationFile(version: file.version, name: file.name, path: file.path, bytes: Array($0.utf8))
      }
    }
  }
}

extension ObjectFolder {
  /// The code objects as they were applied, whatever the folder says now.
  fileprivate init(_ records: [ObjectRecord], of migrations: String, _ context: ScriptContext) {
    let path = "\(migrations)/\(Self.name)"
    self.path = path
    exists = !records.isEmpty
    files = records.sorted { $0.name < $1.name }.map {
      ObjectFile(name: $0.name, path: "\(path)/\($0.name)", bytes: Array($0.sql.utf8), context: context)
    }
  }
}

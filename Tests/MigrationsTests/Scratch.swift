import Foundation
import Migrations
import PostgresClient
import Synchronization
import TemporaryCluster

/// A folder of migrations that goes away with the test.
final class Folder: Sendable {
  let path: String

  init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// One that lasts as long as the process.
  static func kept(_ files: [String: String]) throws -> Folder {
    let folder = try Folder(files)
    everlasting.withLock { $0.append(folder) }
    return folder
  }

  private static let everlasting = Mutex<[Folder]>([])

  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  func write(_ name: String, _ bytes: Data) throws { try bytes.write(to: URL(filePath: "\(path)/\(name)")) }

  func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: "\(path)/\(name)") }
}

/// A database of its own on the shared cluster, and a session to look into it.
final class Scratch: Sendable {
  /// Folders last as long as the database that they are applied to.
  private let folders = Mutex<[Folder]>([])
  let settings: ConnectionSettings
  let connection: PostgresConnection

  init(settings: ConnectionSettings, connection: PostgresConnection) {
    self.settings = settings
    self.connection = connection
  }

  static func make() async throws -> Scratch {
    let settings = try await TemporaryCluster.shared().createDatabase()
    return Scratch(settings: settings, connection: try await PostgresConnection.connect(settings))
  }

  var name: String { settings.parameters["dbname"] ?? "" }

  /// The first cell of the first row as text.
  func value(_ sql: String) async throws -> String? {
    try await connection.run { try $0.query(sql).first?[0] }
  }

  func execute(_ sql: String) async throws {
    _ = try await connection.run { try $0.execute(sql) }
  }

  func migrator(_ folder: Folder, _ change: (inout Migrator.Options) -> Void = { _ in }) -> Migrator {
    folders.withLock { $0.append(folder) }
    var options = Migrator.Options()
    change(&options)
    return Migrator(settings, directory: folder.path, options: options)
  }
}

package import Foundation
import Synchronization

/// A folder of migrations that goes away with the test.
package final class Folder: Sendable {
  package let path: String

  package init(_ files: [String: String] = [:]) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "muster-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for (name, text) in files { try write(name, text) }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// One that lasts as long as the process.
  package static func kept(_ files: [String: String]) throws -> Folder {
    let folder = try Folder(files)
    everlasting.withLock { $0.append(folder) }
    return folder
  }

  private static let everlasting = Mutex<[Folder]>([])

  package func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  /// Makes the folders that the name goes through.
  package func write(_ name: String, _ bytes: Data) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
  }

  package func remove(_ name: String) throws {
    try FileManager.default.removeItem(atPath: "\(path)/\(name)")
  }
}

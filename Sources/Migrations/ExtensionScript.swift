internal import CExtensionScript
import PostgresClient

/// The extension `muster` as a plain script, carried in the binary.
enum ExtensionScript {
  static let name = "muster--1.0.sql"

  static var bytes: [UInt8] {
    var length = 0
    let start = muster_extension_script(&length)
    return Array(UnsafeBufferPointer(start: start, count: length))
  }

  /// Makes what the extension makes in the session's transaction, or in one of its own.
  static func install(_ connection: isolated PostgresConnection) throws {
    let script = try Script(path: name, bytes: bytes)
    for result in try connection.pipeline(script.statements.map { Statement(script.text($0)) }) {
      _ = try result.get()
    }
  }
}

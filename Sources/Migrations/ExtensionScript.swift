internal import CExtensionScript

/// The extension `muster` as a plain script, carried in the binary.
enum ExtensionScript {
  static let name = "muster--1.0.sql"

  static var bytes: [UInt8] {
    var length = 0
    let start = muster_extension_script(&length)
    return Array(UnsafeBufferPointer(start: start, count: length))
  }
}

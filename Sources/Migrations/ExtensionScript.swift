/// The extension `muster` as a plain script, carried in the binary.
enum ExtensionScript {
  static let name = "muster--1.0.sql"
  static let bytes: [UInt8] = []
}

import FoundationEssentials

/// The SQL and the tables that come with Muster: in the working folder, in the checkout that this binary was built in, or where they
/// were installed together with it.
enum Provisions {
  /// - Throws: ``UsageError`` that says how to name the thing instead.
  static func path(of name: String, option: String) throws -> String {
    let manager = FileManager.default
    if manager.fileExists(atPath: name) { return name }
    for folder in parents(of: ownPath) where manager.fileExists(atPath: "\(folder)/Package.swift") {
      if manager.fileExists(atPath: "\(folder)/\(name)") { return "\(folder)/\(name)" }
    }
    if let prefix = parents(of: ownPath).dropFirst().first {
      let installed = "\(prefix)/share/muster/\(name)"
      if manager.fileExists(atPath: installed) { return installed }
    }
    throw UsageError(
      message: "there is no \(name) here",
      hint: "Run it in a checkout of Muster, or say where it is: \(option) path/to/\(name)")
  }

  static var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The folders above, the nearest first.
  private static func parents(of path: String) -> [String] {
    let parts = path.split(separator: "/")
    return parts.indices.dropLast().reversed().map { "/" + parts[...$0].joined(separator: "/") }
  }
}

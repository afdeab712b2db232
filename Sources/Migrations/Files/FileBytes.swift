import SystemPackage

/// The bytes of a file in the fewest system calls: every deploy looks through all migrations there are.
enum FileBytes {
  /// - Throws: why the file cannot be read, a folder's name included.
  static func read(_ path: String) throws(Errno) -> [UInt8] {
    do {
      // A pipe of the name has nothing to read, rather than somebody to wait for.
      let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
      return try file.closeAfter {
        try withUnsafeTemporaryAllocation(byteCount: 16384, alignment: 1) { part in
          var bytes: [UInt8] = []
          var count: Int
          repeat {
            count = try file.read(into: part)
            bytes.append(contentsOf: part[..<count])
          } while count == part.count
          return bytes
        }
      }
    } catch {
      throw error as? Errno ?? .ioError
    }
  }

  /// The reason in a few words.
  static func complaint(_ error: Errno) -> String {
    switch error {
    case .noSuchFileOrDirectory: "there is no such file"
    case .isDirectory: "it is a folder"
    case .permissionDenied: "permission denied"
    default: error.description
    }
  }
}

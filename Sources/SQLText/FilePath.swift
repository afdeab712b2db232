/// Paths as psql makes them of the names in `\i` and `\ir`.
enum FilePath {
  /// The path of `name`, which for `\ir` counts from the folder of the file that names it.
  static func resolve(_ name: String, relativeTo including: String?) -> String {
    guard let including, !name.hasPrefix("/") else { return simplified(name) }
    let folder = including.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return simplified((folder + [Substring(name)]).joined(separator: "/"))
  }

  /// Without `.`, and without `..` where there is something to go back from.
  static func simplified(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

import FoundationEssentials
import PostgresClient
import SQLText

/// `${name}` in a text, and what stands for it.
public struct Placeholders: Sendable, Hashable {
  var opening = "${"
  var closing = "}"
  /// By name; names are compared without regard to case.
  private var values: [String: String]

  init(_ values: [String: String]) {
    self.values = Dictionary(values.map { ($0.key.lowercased(), $0.value) }) { first, _ in first }
  }

  /// The text with every placeholder replaced. Throws `FileError` for one without a value, with its place.
  func filled(_ source: SQLSource, _ session: ScriptSession) throws(FileError) -> SQLSource {
    let (opening, closing) = (Array(opening.utf8), Array(closing.utf8))
    var places: [(range: Range<Int>, value: [UInt8])] = []
    var rest = source.bytes[...]
    while let start = rest.firstRange(of: opening) {
      let name = rest[start.upperBound...]
      rest = name
      guard let end = name.firstRange(of: closing), Self.isName(name[..<end.lowerBound]) else { continue }
      let text = String(decoding: name[..<end.lowerBound], as: UTF8.self)
      guard let value = values[text.lowercased()] ?? Self.value(of: text.lowercased(), in: session) else {
        throw FileError(.placeholder(text), in: source, at: start.lowerBound)
      }
      places.append((start.lowerBound..<end.upperBound, Array(value.utf8)))
      rest = rest[end.upperBound...]
    }
    return source.replacing(places)
  }

  /// Those of Flyway's own that the run says. Where nothing runs, a name is a name.
  private static func value(of name: String, in session: ScriptSession) -> String? {
    switch name {
    case "flyway:user": session.user ?? "flyway"
    case "flyway:database": session.database ?? "flyway"
    case "flyway:timestamp": String(Timestamp.now.description.prefix(19).replacing("T", with: " "))
    case "flyway:workingdirectory": FileManager.default.currentDirectoryPath
    default: nil
    }
  }

  private static func isName(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty && bytes.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "'") }
  }
}

import PostgresClient
import SQLText

/// The values that scripts were given from outside, which may be secrets: no output shows them. Where the server says them,
/// the variable's name takes their place. Very short values are left, for they are parts of other words.
public struct GivenValues: Sendable, Hashable {
  /// Fewer characters are no secret.
  public static let shortest = 4

  private struct Text: Sendable, Hashable {
    let value: String
    let name: String
  }

  /// So much of a value is known by where the server cuts the rest off.
  private static let beginning = 16
  /// As they are and as a literal or an identifier has them; the longest first.
  private let texts: [Text]

  public init(_ values: [String: String] = [:]) {
    let forms = values.filter { $0.value.count >= Self.shortest }.flatMap { name, value in
      [
        value, value.replacing("'", with: "''"), value.replacing("\"", with: "\"\""),
        value.replacing("'", with: "''").replacing("\\", with: "\\\\"),
      ].map { Text(value: $0, name: ":\(name)") }
    }
    texts = Set(forms).sorted { ($1.value.count, $0.value) < ($0.value.count, $1.value) }
  }

  public func hidden(in text: String) -> String {
    texts.reduce(text) { text, secret in
      let whole = text.replacing(secret.value, with: secret.name)
      return secret.value.count > Self.beginning ? Self.hiding(beginningOf: secret, in: whole) : whole
    }
  }

  private static func hiding(beginningOf secret: Text, in text: String) -> String {
    var result = ""
    var rest = text[...]
    while let found = rest.firstRange(of: secret.value.prefix(beginning)) {
      let length = zip(rest[found.lowerBound...], secret.value).prefix { $0 == $1 }.count
      result += rest[..<found.lowerBound] + secret.name
      rest = rest[rest.index(found.lowerBound, offsetBy: length)...]
    }
    return result + rest
  }

  func hidden(in error: PostgresError) -> PostgresError {
    guard !texts.isEmpty else { return error }
    var error = error
    error.message = hidden(in: error.message)
    error.detail = error.detail.map(hidden)
    error.hint = error.hint.map(hidden)
    error.context = error.context.map(hidden)
    error.internalQuery = error.internalQuery.map(hidden)
    error.sql = error.sql.map(hidden)
    return error
  }

  func hidden(in notice: PostgresNotice) -> PostgresNotice {
    guard !texts.isEmpty else { return notice }
    var notice = notice
    notice.message = hidden(in: notice.message)
    notice.detail = notice.detail.map(hidden)
    notice.hint = notice.hint.map(hidden)
    notice.context = notice.context.map(hidden)
    return notice
  }
}

extension Script {
  var given: GivenValues { GivenValues(givenValues) }
}

extension Tasks {
  /// Of all that is to run.
  var given: GivenValues {
    let scripts = works.map(\.script) + (objects?.set.scripts.map(\.script) ?? [])
    return GivenValues(of: scripts)
  }
}

extension GivenValues {
  fileprivate init(of scripts: [Script], and others: [String: String] = [:]) {
    self.init(
      scripts.reduce(into: others) { all, script in all.merge(script.givenValues) { first, _ in first } })
  }
}

extension Migrator {
  /// Of all files of the folder that can be read.
  public func given() -> GivenValues {
    let folder = try? MigrationFolder(reading: directory, as: options.tool, context: options.context)
    return GivenValues(
      of: (folder?.files ?? []).compactMap { try? $0.script() }, and: options.context.variables)
  }
}

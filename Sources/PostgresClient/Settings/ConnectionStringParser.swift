internal import CLibPQ

/// libpq's parser of connection strings, with its messages made safe: they quote what they could not read, which may be a password.
enum ConnectionStringParser {
  static let forms = "write postgresql://user@host:5432/database or host=… dbname=…"
  private static let escape =
    "percent-encode the user and the password: @ is %40, / is %2F, : is %3A, ? is %3F, # is %23, % is %25"

  static func parse(_ text: String) throws(PostgresError) -> [String: String] {
    let isURL = text.hasPrefix("postgresql://") || text.hasPrefix("postgres://")
    guard isURL || text.contains("=") else {
      throw PostgresError(
        .settings, "this is neither a PostgreSQL URL nor a list of keyword=value", hint: forms)
    }
    let parameters = try parseByLibPQ(text, hint: isURL ? escape : forms)
    if isURL { try refuseStrayCredentials(parameters) }
    return parameters
  }

  private static func parseByLibPQ(_ text: String, hint: String) throws(PostgresError) -> [String: String] {
    var complaint: UnsafeMutablePointer<CChar>?
    guard let options = PQconninfoParse(text, &complaint) else {
      let message = complaint.map { String(cString: $0) } ?? "out of memory"
      PQfreemem(complaint)
      throw PostgresError(.settings, "the connection string is malformed: \(redacted(message))", hint: hint)
    }
    defer { PQconninfoFree(options) }
    return Dictionary(
      uniqueKeysWithValues: entries(of: options).compactMap { option in
        option.val.map { (String(cString: option.keyword), String(cString: $0)) }
      })
  }

  /// A password with a bare `@`, `/` or `?` shifts its rest into the host, the port or the database, from where messages would quote it.
  private static func refuseStrayCredentials(_ parameters: [String: String]) throws(PostgresError) {
    let strayed = ["host", "port", "dbname"].first { parameters[$0]?.contains("@") == true }
    let ports = parameters["port", default: ""].split(separator: ",", omittingEmptySubsequences: true)
    let isBadPort = ports.contains { UInt16($0) == nil }
    guard strayed != nil || isBadPort else { return }
    throw PostgresError(
      .settings,
      "the URL's \(strayed ?? "port") is malformed; a password with special characters may have run into it",
      hint: escape)
  }

  /// The message with everything in quotes hidden, but for libpq's own keywords and punctuation.
  static func redacted(_ message: String) -> String {
    let parts = message.trimmedEnd.split(separator: "\"", omittingEmptySubsequences: false)
    let known = keywords
    return parts.enumerated().map { index, part in
      let isQuoted = index % 2 == 1
      let isHarmless = known.contains(String(part)) || !part.contains { $0.isLetter || $0.isNumber }
      return isQuoted && !isHarmless ? "…" : String(part)
    }.joined(separator: "\"")
  }

  private static var keywords: Set<String> {
    guard let options = PQconndefaults() else { return [] }
    defer { PQconninfoFree(options) }
    return Set(entries(of: options).map { String(cString: $0.keyword) })
  }

  private static func entries(of options: UnsafeMutablePointer<PQconninfoOption>) -> [PQconninfoOption] {
    var found: [PQconninfoOption] = []
    var cursor = options
    while cursor.pointee.keyword != nil {
      found.append(cursor.pointee)
      cursor += 1
    }
    return found
  }
}

/// What takes back a comment or a grant that a file no longer has.
///
/// A grant that stays behind when its line is deleted is a hole that nobody sees. What REVOKE took away is not given back.
/// What ALTER set of a routine goes with its definition, which is made again; an owner and a view's options stay.
enum WithdrawnAttachment {
  /// Nil for a statement that leaves nothing to be taken back.
  static func inverse(of text: String) -> String? {
    guard let statement = try? TokenReader(text) else { return nil }
    return inverse(statement)
  }

  /// Whether it is an ALTER.
  static func isSetting(_ text: String) -> Bool { (try? TokenReader(text))?.word() == "alter" }

  private static func inverse(_ statement: TokenReader) -> String? {
    var reader = statement
    if reader.take("grant") {
      guard let privileges = reader.take(until: "to"), let grantees = reader.take(until: "with", "granted")
      else {
        return nil
      }
      return "revoke \(privileges) from \(grantees.dropFirst("to".count))"
    }
    if reader.word() == "comment", let beginning = reader.take(until: "is") { return "\(beginning) is null" }
    return nil
  }
}

internal import CLibPQ

extension PostgresError {
  /// The error or the notice that a result carries.
  init(result: OpaquePointer, sql: String?) {
    // The letters are the protocol's: libpq's names for them are macros that Swift cannot see.
    func field(_ letter: Unicode.Scalar) -> String? {
      PQresultErrorField(result, Int32(letter.value)).map { String(cString: $0) }
    }
    let code = field("C").map { SQLState(rawValue: $0) }
    let severity = field("V") ?? field("S")
    let message = field("M") ?? String(cString: PQresultErrorMessage(result)).trimmedEnd
    let endsSession = severity == "FATAL" || severity == "PANIC"
    self.init(endsSession ? .connection : .server, message, code: code, sql: sql)
    self.severity = severity
    detail = field("D")
    hint = field("H")
    position = field("P").flatMap { Int($0) }
    internalPosition = field("p").flatMap { Int($0) }
    internalQuery = field("q")
    context = field("W")
    schema = field("s")
    table = field("t")
    column = field("c")
    dataType = field("d")
    constraint = field("n")
    sourceFile = field("F")
    sourceLine = field("L")
    sourceFunction = field("R")
  }

  /// What libpq says when there is no connection, or no longer one.
  init(connectionFailure message: String) {
    self.init(.connection, message.trimmedEnd)
  }
}

extension StringProtocol {
  /// Without the white space at the end, which libpq's messages have.
  var trimmedEnd: String {
    String(self[..<(lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? startIndex)])
  }
}

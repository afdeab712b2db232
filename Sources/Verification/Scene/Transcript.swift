/// The statements of a transaction, as a psql script that does the same again.
///
/// What the server thought up, such as the id of a new row, is another one the next time. So where a statement returned a value
/// that later statements name, the script keeps it in a variable of psql.
package struct Transcript: Sendable {
  private struct Entry: Sendable {
    var sql: String
    var answer: (column: String, value: String)?

    /// Whether the answer is something new, and not a count or a look at what is known.
    var makes: Bool { sql.hasPrefix("insert") || sql.hasPrefix("select public.") }
  }

  private var entries: [Entry] = []

  package init() {}

  package mutating func note(_ sql: String) {
    entries.append(Entry(sql: String(sql.reversed().drop { $0 == ";" || $0.isWhitespace }.reversed())))
  }

  /// What the statement that was noted last returned.
  package mutating func noteAnswer(_ value: String, column: String) {
    guard !entries.isEmpty else { return }
    entries[entries.count - 1].answer = (column, value)
  }

  package var script: String {
    var lines = ["begin;"]
    var variables: [(literal: String, name: String)] = []
    for (index, entry) in entries.enumerated() {
      let sql = variables.reduce(entry.sql) { $0.replacing($1.literal, with: $1.name) }
      if let answer = entry.answer, entry.makes, isNamed(answer.value, after: index) {
        let prefix = "made_\(variables.count + 1)_"
        variables.append((SQL.literal(answer.value), ":'\(prefix)\(answer.column)'"))
        lines.append("\(sql) \\gset \(prefix)")
      } else {
        lines.append("\(sql);")
      }
    }
    return (lines + ["rollback;"]).joined(separator: "\n")
  }

  private func isNamed(_ value: String, after index: Int) -> Bool {
    let literal = SQL.literal(value)
    return entries[(index + 1)...].contains { $0.sql.contains(literal) }
  }
}

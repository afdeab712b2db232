private import CPgQuery
import SQLText

/// Where PostgreSQL's own grammar says that statements begin and end; version 15's, through libpg_query.
enum ParserSplit {
  /// The statements with the blanks and comments around them; nil where the grammar refuses the text.
  static func statements(_ text: String) -> [ArraySlice<UInt8>]? {
    let result = pg_query_split_with_parser(text)
    defer { pg_query_free_split_result(result) }
    guard result.error == nil else { return nil }
    let bytes = Array(text.utf8)
    return (0..<Int(result.n_stmts)).compactMap { index in
      guard let statement = result.stmts[index]?.pointee else { return nil }
      let start = Int(statement.stmt_location)
      let end = statement.stmt_len == 0 ? bytes.count : start + Int(statement.stmt_len)
      return bytes[start..<end]
    }
  }
}

/// White space and comments, told from the rest without the lexer that is under test.
enum Blanks {
  /// Whether a text is this statement and nothing but blanks around it.
  static func surround(_ statement: some Collection<UInt8>, in text: ArraySlice<UInt8>) -> Bool {
    let rest = text[end(of: text)...]
    return rest.starts(with: statement) && end(of: rest.dropFirst(statement.count)) == text.endIndex
  }

  /// Where the first byte stands that is not blank.
  static func end(of bytes: ArraySlice<UInt8>) -> Int {
    var place = bytes.startIndex
    while place < bytes.endIndex {
      let rest = bytes[place...]
      if [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains(bytes[place]) {
        place += 1
      } else if rest.starts(with: "--".utf8) {
        place = rest.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? bytes.endIndex
      } else if rest.starts(with: "/*".utf8), let end = endOfComment(rest) {
        place = end
      } else {
        return place
      }
    }
    return place
  }

  private static func endOfComment(_ bytes: ArraySlice<UInt8>) -> Int? {
    var depth = 0
    var place = bytes.startIndex
    while place < bytes.endIndex {
      let rest = bytes[place...]
      if rest.starts(with: "/*".utf8) {
        depth += 1
        place += 2
      } else if rest.starts(with: "*/".utf8) {
        depth -= 1
        place += 2
        if depth == 0 { return place }
      } else {
        place += 1
      }
    }
    return nil
  }
}

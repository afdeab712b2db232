/// PostgreSQL's text form of one-dimensional arrays: `{1,NULL,"a \"b\""}`.
///
/// Works on bytes: a combining mark after a quote makes one Character of the two.
enum ArrayText {
  private static let quote = UInt8(ascii: "\"")
  private static let backslash = UInt8(ascii: "\\")
  private static let comma = UInt8(ascii: ",")
  private static let close = UInt8(ascii: "}")

  static func write(_ elements: [String?]) -> String {
    var text: [UInt8] = [UInt8(ascii: "{")]
    for (index, element) in elements.enumerated() {
      if index > 0 { text.append(comma) }
      guard let element else {
        text += "NULL".utf8
        continue
      }
      text.append(quote)
      for byte in element.utf8 {
        if byte == quote || byte == backslash { text.append(backslash) }
        text.append(byte)
      }
      text.append(quote)
    }
    text.append(close)
    return String(decoding: text, as: UTF8.self)
  }

  /// nil when the text is no array of one dimension. Bounds such as `[0:1]=` are passed over.
  static func read(_ text: String) -> [String?]? {
    var rest = Array(text.utf8)[...]
    if rest.first == UInt8(ascii: "["), let equals = rest.firstIndex(of: UInt8(ascii: "=")) {
      rest = rest[(equals + 1)...]
    }
    guard rest.popFirst() == UInt8(ascii: "{") else { return nil }
    if rest.count == 1, rest.first == close { return [] }
    var elements: [String?] = []
    while true {
      guard let element = readElement(&rest) else { return nil }
      elements.append(element)
      switch rest.popFirst() {
      case comma: continue
      case close: return rest.isEmpty ? elements : nil
      default: return nil
      }
    }
  }

  private static func readElement(_ rest: inout ArraySlice<UInt8>) -> String?? {
    if rest.first == quote {
      rest.removeFirst()
      return readQuoted(&rest).map { .some($0) }
    }
    let bytes = rest.prefix { $0 != comma && $0 != close }
    guard !bytes.isEmpty, !bytes.contains(UInt8(ascii: "{")) else { return nil }
    rest = rest[bytes.endIndex...]
    let word = String(decoding: bytes, as: UTF8.self)
    return word.uppercased() == "NULL" ? .some(nil) : .some(word)
  }

  private static func readQuoted(_ rest: inout ArraySlice<UInt8>) -> String? {
    var element: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case quote: return String(decoding: element, as: UTF8.self)
      case backslash:
        guard let escaped = rest.popFirst() else { return nil }
        element.append(escaped)
      default: element.append(byte)
      }
    }
    return nil
  }
}

import SQLText
import Testing

@Suite struct LexerTests {
  private static func tokens(_ text: String) throws -> [(Token.Kind, String)] {
    let source = try SQLSource(name: "x", text: text)
    var lexer = Lexer(source)
    var tokens: [(Token.Kind, String)] = []
    while let token = try lexer.next() { tokens.append((token.kind, source.text(token.range))) }
    return tokens
  }

  @Test(arguments: Cases.names(in: "split"))
  func `nothing is lost`(name: String) throws {
    let text = try Cases.read("split", name).text.replacing(#"\."#, with: "")
    guard let tokens = try? Self.tokens(text) else { return }
    #expect(tokens.map(\.1).joined() == text)
  }

  @Test(arguments: [
    ("select", Token.Kind.word), ("_a$1é", .word), ("\"a b\"\"c\"", .quotedIdentifier),
    ("U&\"a\"", .quotedIdentifier),
    ("'a''b'", .string), ("E'\\''", .string), ("u&'a'", .string), ("X'0F'", .string),
    ("$$a$$", .dollarString),
    ("$x1$ $x$ $x1$", .dollarString), ("$12", .parameter), ("1_000e5", .number), ("-- a", .lineComment),
    ("/* /* */ */", .blockComment), ("\\i a b", .backslashCommand), (" \t\r\n\u{0B}\u{0C}", .whitespace),
    (";", .semicolon),
    ("(", .openParenthesis), (")", .closeParenthesis), ("$", .other), ("~", .other),
  ])
  func `one token of each kind`(text: String, kind: Token.Kind) throws {
    let tokens = try Self.tokens(text)
    #expect(tokens.map(\.0) == [kind])
  }

  /// Cutting a text anywhere must give tokens or an error, never a trap: what an editor saves half-way.
  @Test(arguments: Cases.names(in: "split"))
  func `survives being cut off anywhere`(name: String) throws {
    let bytes = Array(try Cases.read("split", name).text.utf8)
    for length in 0...bytes.count {
      guard let source = try? SQLSource(name: name, bytes: Array(bytes.prefix(length))) else { continue }
      _ = try? Splitter.split(source)
      _ = try? Splitter.split(source, standardConformingStrings: false)
    }
  }
}

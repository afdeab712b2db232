import Foundation
import SQLText
import Testing

/// What psql sends, statement by statement, is what is sent here.
@Suite(.serialized) struct CorpusTests {
  enum Variant: String, CaseIterable, CustomTestStringConvertible {
    case asIs, carriageReturns, byteOrderMark

    var testDescription: String { rawValue }

    func bytes(_ text: String) -> [UInt8] {
      switch self {
      case .asIs: Array(text.utf8)
      case .carriageReturns: Array(text.replacing("\n", with: "\r\n").utf8)
      case .byteOrderMark: [0xEF, 0xBB, 0xBF] + text.utf8
      }
    }
  }

  /// Where psql cuts too early or too late.
  private static let psqlIsWrong: Set = [
    "split-begin-atomic.sql", "split-conformance-on-one-line.sql", "split-names-that-are-keywords.sql",
    "split-string-continued.sql", "split-string-continued-behind-comment.sql",
  ]

  /// libpg_query knows no setting, and its lexer has comments of its own.
  private static let isBeyondGrammar: Set = [
    "split-conformance-on-one-line.sql", "split-string-continued-behind-comment.sql",
  ]

  @Test(arguments: Variant.allCases)
  func `psql sends the same`(variant: Variant) async throws {
    let folder = try Folder(variant)
    defer { folder.remove() }
    let psql = try await Psql.make()
    var statements = 0
    for file in try folder.scripts() {
      let theirs = try await psql.statements(of: file, in: folder.path).map(Self.plain).filter { !$0.isEmpty }
      let ours = try folder.split(file).map(Self.withoutEmptyLines)
      let isWrong = Self.psqlIsWrong.contains(file)
      let isSame =
        ours.count == theirs.count
        && zip(ours, theirs).allSatisfy { Blanks.surround(Array($0.utf8), in: ArraySlice($1.utf8)) }
      #expect(isSame != isWrong, "\(file): ours \(ours)\ntheirs \(theirs)")
      if isWrong, !Self.isBeyondGrammar.contains(file) {
        #expect(Self.isRight(ours, text: try folder.text(file)), "\(file)")
      }
      statements += theirs.count
    }
    #expect(statements > 250, "a corpus of \(statements) statements")
  }

  private static func isRight(_ ours: [String], text: String) -> Bool {
    guard let grammar = ParserSplit.statements(text), grammar.count == ours.count else { return false }
    return zip(ours, grammar).allSatisfy {
      Blanks.surround(
        Array($0.utf8), in: ArraySlice(withoutEmptyLines(String(decoding: $1, as: UTF8.self)).utf8))
    }
  }

  /// psql sends the semicolon, too.
  private static func plain(_ query: String) -> String {
    let text = withoutEmptyLines(query)
    let end = text.utf8.last == UInt8(ascii: ";") ? text.dropLast() : text[...]
    return Blanks.end(of: ArraySlice(end.utf8)) == end.utf8.count ? "" : String(end)
  }

  /// psql drops lines that are empty, where they are in no quotes.
  private static func withoutEmptyLines(_ text: String) -> String {
    let lines = text.utf8.split(separator: UInt8(ascii: "\n"))
    return String(decoding: Array(lines.joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
  }
}

/// The cases as files to run, in one of their variants.
private struct Folder {
  let path: String
  private let manager = FileManager.default

  init(_ variant: CorpusTests.Variant) throws {
    path = "\(FileManager.default.temporaryDirectory.path)/muster-corpus-\(UUID())"
    let cases = Cases.folder.appending(path: "psql").path
    for name in try manager.subpathsOfDirectory(atPath: cases) where name.hasSuffix(".sql") {
      let text = try String(contentsOfFile: "\(cases)/\(name)", encoding: .utf8)
      try write(variant.bytes(text), to: name)
    }
    for name in Cases.names(in: "split") {
      try write(variant.bytes(try Cases.read("split", name).text), to: "split-\(name)")
    }
  }

  func remove() { try? manager.removeItem(atPath: path) }

  func scripts() throws -> [String] {
    try manager.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".sql") }.sorted()
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8)
  }

  func split(_ name: String) throws -> [String] {
    let context = ScriptContext(
      load: { [path] file throws(IncludeError) in
        guard let data = FileManager.default.contents(atPath: "\(path)/\(file)") else {
          throw IncludeError("there is no such file")
        }
        return Array(data)
      })
    let data = manager.contents(atPath: "\(path)/\(name)") ?? Data()
    return try Splitter.split(SQLSource(name: name, bytes: Array(data)), context: context).texts
  }

  private func write(_ bytes: [UInt8], to name: String) throws {
    let file = URL(filePath: "\(path)/\(name)")
    try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }
}

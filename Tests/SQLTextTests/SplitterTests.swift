import Foundation
import SQLText
import Testing

/// Every case is a file that shows its own answer: `⟪…⟫` around each statement, `⟦…⟧` around inline data, `⚠` where an
/// error has to point.
enum Cases {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Cases")

  static func names(in kind: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path)
    return (names ?? []).sorted()
  }

  static func read(_ kind: String, _ name: String) throws -> MarkedText {
    MarkedText(try String(contentsOf: folder.appending(path: kind).appending(path: name), encoding: .utf8))
  }
}

/// A text without its marks, and where they stood as byte offsets.
struct MarkedText {
  var text = ""
  var statements: [Range<Int>] = []
  var data: [Range<Int>] = []
  var fault: Int?

  init(_ marked: String) {
    var open = 0
    for character in marked.unicodeScalars {
      switch character {
      case "⟪", "⟦": open = text.utf8.count
      case "⟫": statements.append(open..<text.utf8.count)
      case "⟧": data.append(open..<text.utf8.count)
      case "⚠": fault = text.utf8.count
      default: text.unicodeScalars.append(character)
      }
    }
  }
}

@Suite struct SplitterTests {
  @Test(arguments: Cases.names(in: "split"), ["\n", "\r\n"])
  func `cuts where statements end`(name: String, lineEnd: String) throws {
    let marked = MarkedText(
      try String(contentsOf: Cases.folder.appending(path: "split/\(name)"), encoding: .utf8)
        .replacing("\n", with: lineEnd))
    let file = try SQLSource(name: name, text: marked.text)
    let script = try Splitter.split(file)
    let (source, statements) = (script.source, script.statements)
    #expect(
      statements.map { String(decoding: source.written($0.range), as: UTF8.self) }
        == marked.statements.map { file.text($0) })
    #expect(
      statements.map { source.position(at: $0.range.lowerBound).offset }
        == marked.statements.map(\.lowerBound))
    #expect(statements.compactMap(\.data).map { source.text($0) } == marked.data.map { file.text($0) })
  }

  @Test(arguments: Cases.names(in: "refused"))
  func `refuses what is never closed`(name: String) throws {
    let marked = try Cases.read("refused", name)
    let source = try SQLSource(name: name, text: marked.text)
    let error = try #require(throws: SQLTextError.self) { try Splitter.split(source) }
    #expect(error.position.offset == marked.fault)
    #expect(error.description.hasPrefix("\(name):\(error.position): "))
  }

  @Test func `the cases are there`() {
    #expect(Cases.names(in: "split").count >= 15)
    #expect(Cases.names(in: "refused").count >= 10)
  }

  @Test func `a byte-order mark is not part of the first statement`() throws {
    let source = try SQLSource(name: "bom.sql", bytes: [0xEF, 0xBB, 0xBF] + Array("select 1".utf8))
    let statement = try #require(try Splitter.split(source).statements.first)
    #expect(source.text(statement.range) == "select 1")
    #expect(source.position(at: statement.range.lowerBound) == SourcePosition(offset: 3, line: 1, column: 1))
  }

  @Test func `a text may begin with strings that are not standard`() throws {
    let source = try SQLSource(name: "x", text: #"select '\'; '; select 2"#)
    #expect(try Splitter.split(source, standardConformingStrings: false).statements.count == 2)
  }

  @Test func `nothing but comments holds no statement`() throws {
    for text in ["", " \n", "-- only this", "/* and this */;;"] {
      #expect(try Splitter.split(SQLSource(name: "x", text: text)).statements.isEmpty)
    }
  }

  @Test func `keeps the leading words`() throws {
    let source = try SQLSource(name: "x", text: #"CREATE UNIQUE Index concurrently "I" on T (a)"#)
    let statement = try #require(try Splitter.split(source).statements.first)
    #expect(statement.begins(with: "create", "unique", "index", "concurrently"))
    #expect(statement.words == ["create", "unique", "index", "concurrently", "on", "t", "a"])
  }
}

extension SQLStatement {
  fileprivate var data: Range<Int>? {
    if case .copy(let data) = kind { data } else { nil }
  }
}

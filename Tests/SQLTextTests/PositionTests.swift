import SQLText
import Testing

/// Every character of what is sent is found again where it was written.
@Suite struct PositionTests {
  @Test func `behind variables and in included files`() throws {
    let files = [
      "main.sql":
        "\\set name 'a\nb' \nselect '数', :name, é, :'name', nope;\n\\i inner.sql\nselect :name, 😀nope;",
      "inner.sql": "\u{FEFF}-- ü\r\nselect 'é' || :'long' ||\r\n\t:long || nope;",
    ].mapValues { $0.replacing("'a\nb'", with: "'数字 + 1'") }
    let script = try reading(files, variables: ["long": "a very long value, 数"])
    let places = script.statements.map { statement in
      let text = script.source.text(statement.range)
      let characters = text.unicodeScalars.distance(
        from: text.unicodeScalars.startIndex, to: text.firstRange(of: "nope")?.lowerBound ?? text.endIndex)
      let offset = script.source.offset(statement.range.lowerBound, advancedByCharacters: characters)
      return "\(script.source.place(at: offset))"
    }
    #expect(places == ["main.sql:2:32", "inner.sql:3:11", "main.sql:4:16"])
  }

  /// A copy of each file is cut apart by hand: whatever the reader moved about, each byte that came from a file says where.
  @Test(arguments: ["\n", "\r\n"])
  func `each byte of what is sent`(lineEnd: String) throws {
    let files = [
      "main.sql":
        "select :a, 'é' \\set b 1\n+ :b; \\i x.sql \\\\ copy t from stdin; select :b\n1\té\n\\.\n, :a;\n",
      "x.sql": "select :'a' \\set a 'longer than before é'\n|| :a -- 数 :a\n;select '\n:a'",
    ].mapValues { $0.replacing("\n", with: lineEnd) }
    let script = try reading(files, variables: ["a": "x"])
    let source = script.source
    #expect(script.statements.count == 5)
    for statement in script.statements {
      for offset in statement.range {
        let place = source.place(at: offset)
        let file = Array((files[place.source] ?? "").utf8)
        let isReplaced =
          file[place.position.offset] == UInt8(ascii: ":") && source.bytes[offset] != UInt8(ascii: ":")
        #expect(isReplaced || file[place.position.offset] == source.bytes[offset], "\(place)")
      }
    }
  }

  @Test func `an error in a value is shown at the variable`() throws {
    let script = try reading(
      ["main.sql": "select 1;\nselect é, :\"x\" + :two;"], variables: ["x": "y", "two": "a + :x"])
    let statement = script.statements[1]
    #expect(script.source.text(statement.range) == "select é, \"y\" + a + y")
    let last = script.source.place(at: statement.range.upperBound - 1)
    #expect("\(last)" == "main.sql:2:18")
    #expect(last.excerpt == "2 | select é, :\"x\" + :two;\n  |                  ^")
  }

  @Test func `lines of inline data`() throws {
    let files = [
      "main.sql": "\\set t 'public.things'\nselect 1;\n\\i d/data.sql\n",
      "d/data.sql": "-- é\ncopy :t from stdin; select 2;\na\n  b 数\n\\.\n",
    ]
    let script = try reading(files)
    guard case .copy(let data) = script.statements[1].kind else { return #expect(Bool(false)) }
    #expect(script.texts == ["select 1", "copy public.things from stdin", "select 2"])
    #expect(script.source.text(data) == "a\n  b 数\n")
    let second = script.source.offset(data.lowerBound, advancedByLines: 1)
    #expect("\(script.source.place(at: second))" == "d/data.sql:4:3")
    #expect(script.places()[2] == "d/data.sql:2:21")
  }
}

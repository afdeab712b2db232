import SQLText
import Testing

/// Reads a script whose files are these, by path.
func reading(
  _ files: [String: String], from first: String = "main.sql", variables: [String: String] = [:],
  environment: [String: String] = [:]
) throws -> SQLScript {
  let context = ScriptContext(
    variables: variables, environment: { environment[$0] },
    load: { path throws(IncludeError) in
      guard let text = files[path] else { throw IncludeError("there is no such file") }
      return Array(text.utf8)
    })
  return try Splitter.split(SQLSource(name: first, text: files[first] ?? ""), context: context)
}

extension SQLScript {
  var texts: [String] { statements.map { source.text($0.range) } }
  var writtenTexts: [String] {
    statements.map { String(decoding: source.written($0.range), as: UTF8.self) }
  }
  func places() -> [String] { statements.map { "\(source.place(at: $0.range.lowerBound))" } }
}

@Suite struct VariableTests {
  private static func sent(_ text: String, _ variables: [String: String] = ["x": "1 + 2"]) throws -> [String]
  {
    try reading(["main.sql": text], variables: variables).texts
  }

  @Test(arguments: [
    ("select :x", "select 1 + 2"), ("select :'x'", "select '1 + 2'"),
    ("select :\"x\"", "select \"1 + 2\""),
    ("select :{?x}, :{?none}", "select TRUE, FALSE"), ("select :x:x", "select 1 + 21 + 2"),
    ("select a::x, b:=:x, c[:x:x]", "select a::x, b:=1 + 2, c[1 + 21 + 2]"),
    ("select \\:x", "select :x"),
  ])
  func `a value takes the place of its name`(text: String, sent: String) throws {
    #expect(try Self.sent(text) == [sent])
  }

  @Test(arguments: [
    "select ':x', \":x\", $$:x$$, e':x' /* :x */ + 1", "select -- :x\n1", "select :none, :'none', :\"none\"",
    "select a::x, b[1:2]", "select :{?x, :'x , ', :\"x \"", "select : x, :", "select ::x, :::none",
  ])
  func `stays as it is where it is no variable`(text: String) throws {
    #expect(try Self.sent(text) == [text])
  }

  @Test func `a quoted value is escaped as libpq does it`() throws {
    let sent = try Self.sent("select :'v', :\"v\"", ["v": "it's \"a\" \\ b"])
    #expect(sent == ["select  E'it''s \"a\" \\\\ b', \"it's \"\"a\"\" \\ b\""])
  }

  @Test func `a value without quotes is read as SQL`() throws {
    let two = try Self.sent(":two select 3", ["two": "select 1; select ';' || :n;", "n": "2"])
    #expect(two == ["select 1", "select ';' || 2", "select 3"])
    let open = try Self.sent("select :open still'; select 2", ["open": "'a; "])
    #expect(open == ["select 'a;  still'", "select 2"])
    #expect(try Self.sent("select :a", ["a": ":b", "b": ":a"]) == ["select :a"])
  }

  @Test func `what is kept has no values`() throws {
    let text = "select :a, :'a', :two, 'x'; select :none;"
    let script = try reading(["main.sql": text], variables: ["a": "secret", "two": ":a + :'a'"])
    #expect(script.texts[0] == "select secret, 'secret', secret + 'secret', 'x'")
    #expect(script.writtenTexts == ["select :a, :'a', :two, 'x'", "select :none"])
    #expect(script.written == Array(text.utf8))
  }

  @Test func `the environment gives what a directive names`() throws {
    let text = "-- muster: env REGION\nselect :'REGION', :'HOME'"
    let script = try reading(["main.sql": text], environment: ["REGION": "eu", "HOME": "/root"])
    #expect(script.texts == ["select 'eu', :'HOME'"])
    let error = try #require(throws: SQLTextError.self) { try reading(["main.sql": text]) }
    #expect(error.description.hasPrefix("main.sql:1:16: the environment has no REGION"))
  }
}

@Suite struct IncludeTests {
  private static let files = [
    "db/main.sql": "select 1;\n\\ir parts/a.sql\nselect 4;\n\\i db/b.sql\n",
    "db/parts/a.sql": "\u{FEFF}select 2;\n\\ir ../b.sql ; \\\\ select 3",
    "db/b.sql": "select 'b' -- no semicolon\n",
  ]

  @Test func `files are read where they are included`() throws {
    let script = try reading(Self.files, from: "db/main.sql")
    #expect(script.texts == ["select 1", "select 2", "select 'b'", "select 3", "select 4", "select 'b'"])
    #expect(
      script.places() == [
        "db/main.sql:1:1", "db/parts/a.sql:1:1", "db/b.sql:1:1", "db/parts/a.sql:2:19", "db/main.sql:3:1",
        "db/b.sql:1:1",
      ])
    #expect(script.includedFiles == ["db/parts/a.sql", "db/b.sql", "db/b.sql"])
    #expect(
      String(decoding: script.written, as: UTF8.self)
        == "select 1;\nselect 2;\nselect 'b' -- no semicolon\n select 3\n\nselect 4;\nselect 'b' -- no semicolon\n\n"
    )
  }

  @Test func `variables go into included files and come out of them`() throws {
    let files = [
      "main.sql": "\\set a 1\n\\i b.sql\nselect :a, :b", "b.sql": "select :a; \\set a 2 \\set b 3",
    ]
    #expect(try reading(files).texts == ["select 1", "select 2, 3"])
  }
}

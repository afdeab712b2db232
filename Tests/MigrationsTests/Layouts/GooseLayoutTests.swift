import Migrations
import SQLText
import TestSupport
import Testing

@Suite struct GooseLayoutTests {
  @Test func `sections, statements that its own splitter needs help with, and no transaction`() throws {
    let reading = try Reading([
      "00001_a.sql": """
      -- +goose Up
      -- +goose StatementBegin
      create function f() returns int language plpgsql as $$ begin return 1; end $$;
      -- +goose StatementEnd
      select 1;
      -- +goose Down
      drop function f();
      """,
      "00002_b.sql": "-- +goose NO TRANSACTION\n-- +goose up\nselect 1; select 2;",
    ])
    #expect(
      try reading.lines == [
        "1 a: create function f() returns int language plpgsql as $$ begin return 1; end $$; select 1 < drop function f()",
        "2 b: ! select 1 | select 2",
      ])
  }

  /// A file of goose's, read with variables that were allowed and others that the environment has.
  private static func script(
    _ text: String, allowed: [String: String] = [:], environment: [String: String] = [:]
  ) throws -> Script {
    let folder = try Folder.kept(["00001_a.sql": text])
    let context = ScriptContext(variables: allowed, environment: { environment[$0] })
    return try MigrationFolder(reading: folder.path, context: context).files[0].script()
  }

  @Test(
    arguments: [
      ("${A}", "one"), ("$A", "one"), ("x$A_y", nil), ("${A:-two}", "one"), ("${B:-two}", "two"),
      ("${B-}", ""), ("${E:-two}", "two"), ("${E-two}", ""), ("${B:-${A}s}", "ones"), ("${A:1}", "ne"),
      ("${A:-2:1}", "one"), ("${A:0:2}", "on"), ("'$$A'", "'$A'"), (#"\$A"#, "$A"), ("${A?gone}", "one"),
      ("$(A)", "$(A)"), ("${B}", nil), ("${B?gone}", nil), ("$1", nil), ("${A", nil), ("${A!}", nil),
      ("${SECRET}", nil), ("${SECRET:-x}", nil),
    ] as [(String, String?)])
  func `variables of the environment are replaced as goose does, those that are allowed`(
    text: String, value: String?
  ) throws {
    let file = """
      -- +goose Up
      -- A dollar in a comment costs nothing: $5
      select '${A}';
      -- +goose ENVSUB ON
      -- nor here: $5
      select \(text) as "a";
      -- +goose ENVSUB OFF
      select '${A}';
      """
    func read() throws -> Script {
      try Self.script(file, allowed: ["A": "one", "E": ""], environment: ["SECRET": "s"])
    }
    guard let value else {
      let error = try #require(throws: FileError.self) { try read() }
      #expect(error.position?.line == 6)
      return
    }
    let script = try read()
    #expect(script.text(script.statements[1]) == "select \(value) as \"a\"")
    #expect(script.writtenText(script.statements[1]) == "select \(text) as \"a\"")
    #expect(script.statements.map { script.place($0).position.line } == [3, 6, 8])
    #expect(script.text(script.statements[2]) == "select '${A}'")
  }

  @Test
  func `a variable that is not allowed is refused with the option that allows it, or asked for in the file`()
    throws
  {
    let text = "-- +goose Up\n-- +goose ENVSUB ON\nselect '${TOKEN}';\n-- +goose Down\nselect '$TOKEN';"
    let error = try #require(throws: FileError.self) { try Self.script(text, environment: ["TOKEN": "t"]) }
    #expect(
      error.description.hasSuffix(
        """
        00001_a.sql:3:9: the file asks for the environment's TOKEN, which it is not given; --env TOKEN gives it
        3 | select '${TOKEN}';
          |         ^
        """), "\(error)")
    let script = try Self.script(
      text.replacing("Up\n", with: "Up\n-- muster: env TOKEN\n"), environment: ["TOKEN": "t"])
    #expect(script.text(script.statements[0]) == "select 't'")
  }

  @Test func `what is written in Go has its place and cannot run`() throws {
    let reading = try Reading([
      "00001_a.sql": "-- +goose Up\nselect 1;", "00002_b.go": "package migrations", "00003_c_test.go": "x",
      "doc.go": "x",
    ])
    #expect(reading.files.map(\.version.digits) == ["1", "2"])
    let error = try #require(throws: FileError.self) { try reading.files[1].script() }
    #expect(error.fault == .notSQL(language: "Go"))
    #expect(error.message.contains("muster adopt"))
  }
}

import SQLText
import Testing

@Suite struct RefusalTests {
  @Test(arguments: [
    ("select 1;\n  \\d t\n", "2:3", "\"\\d\" is a command of psql"),
    ("select 1 \\gset\n", "1:10", "\"\\gset\" is a command of psql"),
    ("\\if true\n", "1:1", "\"\\if\" is a command of psql"),
    ("select 'é' \\; select 2;", "1:12", "sends statements together"),
    ("\\getenv x HOME", "1:1", "\"-- muster: env NAME\" makes"),
    ("select 1;\n\\.\n", "2:1", "\"\\.\" is a command of psql"),
    ("\\\\ select 1;", "1:1", "\"\\\" is a command of psql"),
    ("\\i", "1:1", "\"\\i\" needs an argument"), ("\\i a b", "1:6", "takes one argument"),
    ("\\set", "1:1", "\"\\set\" needs an argument"), ("\\unset", "1:1", "needs an argument"),
    ("\\set é-b 1", "1:6", "no name of a variable"), ("\\unset b;", "1:8", "no name of a variable"),
    ("\\set x 'open\nselect 1;", "1:8", "never closed on its line"),
    ("\\set x a\"open\nselect 1;", "1:9", "never closed on its line"),
    ("\\set x é `date`", "1:10", "does not run programs"), ("\\i `ls`", "1:4", "does not run programs"),
    ("\\set x '\\xff'", "1:6", "not UTF-8"), ("\\set x '\\0'", "1:6", "not UTF-8 without NUL"),
    ("\\set ON_ERROR_STOP off", "1:6", "ON_ERROR_STOP would make psql go on after errors"),
    ("\\unset ON_ERROR_STOP", "1:8", "ON_ERROR_STOP"), ("\\set AUTOCOMMIT off", "1:6", "AUTOCOMMIT"),
    ("\\set ON_ERROR_ROLLBACK on", "1:6", "ON_ERROR_ROLLBACK"), ("\\set SINGLELINE on", "1:6", "SINGLELINE"),
    ("\\restrict", "1:1", "needs an argument"), ("\\unrestrict k", "1:1", "without a \\restrict"),
    ("\\restrict k\n\\set x 1", "2:1", "\"\\set\" after \\restrict"),
    ("\\restrict k\n\\unrestrict j", "2:13", "another key"),
    ("select 1,\n\\i b.sql\n2;", "2:1", "in the middle of a statement"),
    ("\\set x '\\\\echo a'\nselect 'é', :x;", "2:13", "the value of variable \"x\" holds a psql command"),
    ("\\set c 'copy t from stdin; select'\n:c 1;\n\\.\n", "2:1", "goes on behind COPY"),
    ("\\i none.sql", "1:4", "none.sql cannot be included: there is no such file"),
    ("-- muster: env A-B\nselect 1", "1:16", "the environment has no A-B"),
  ])
  func `a command that is not obeyed is named with its place`(
    text: String, place: String, message: String
  ) throws {
    for lineEnd in ["\n", "\r\n"] {
      let text = text.replacing("\n", with: lineEnd)
      let error = try #require(throws: SQLTextError.self, "\(text)") { try reading(["main.sql": text]) }
      #expect(error.position.description == place, "\(error)")
      #expect(error.message.contains(message), "\(error)")
    }
  }

  @Test func `what psql lets pass is let pass`() throws {
    let script = """
      \\set ON_ERROR_STOP on
      \\set ON_ERROR_STOP
      \\set AUTOCOMMIT true
      \\set ON_ERROR_ROLLBACK interactive
      \\set QUIET 1
      \\unset VERBOSITY
      \\unset none
      select 1;
      """
    #expect(try reading(["main.sql": script]).texts == ["select 1"])
  }

  @Test(arguments: [
    (
      ["main.sql": "\\i a.sql", "a.sql": "select 1;\n \\ir ./x/../main.sql"], "a.sql:2:6",
      "main.sql → a.sql → main.sql"
    ),
    (["main.sql": "-- é\n\\ir main.sql"], "main.sql:2:5", "main.sql → main.sql"),
    (
      ["main.sql": "\\i a.sql", "a.sql": "\\i b.sql", "b.sql": "\\i a.sql"], "b.sql:1:4",
      "a.sql → b.sql → a.sql"
    ),
    (["main.sql": "\n\\i a.sql", "a.sql": "select 'é', 'open"], "a.sql:1:13", "never closed"),
    (["main.sql": "\n\\i a.sql", "a.sql": "\n\n select (1;"], "a.sql:3:9", "parenthesis"),
    (["main.sql": "\n\\i a.sql", "a.sql": "select 1; /* é\n"], "a.sql:1:11", "comment"),
    (
      ["main.sql": "select 1\n;\\i a.sql", "a.sql": "\\ir no/b.sql"], "a.sql:1:5",
      "no/b.sql cannot be included"
    ),
  ])
  func `an error of an included file is in that file`(
    files: [String: String], place: String, message: String
  ) throws {
    let error = try #require(throws: SQLTextError.self) { try reading(files) }
    #expect("\(error.place)" == place)
    #expect(error.message.contains(message), "\(error)")
    #expect(error.source == "main.sql" || error.description.contains("\nincluded by "), "\(error)")
  }

  @Test func `files in files in files end somewhere`() throws {
    let context = ScriptContext(load: { path throws(IncludeError) in Array("\\ir x\(path)".utf8) })
    let error = try #require(throws: SQLTextError.self) {
      try Splitter.split(SQLSource(name: "x", text: "\\i y"), context: context)
    }
    #expect(error.message.contains("64 deep"))
  }

  @Test func `a line says who included its file`() throws {
    let files = ["main.sql": "select 1;\n\\i a.sql", "a.sql": "\\ir b.sql", "b.sql": "select 'x"]
    let error = try #require(throws: SQLTextError.self) { try reading(files) }
    #expect(error.description.hasSuffix("1 | select 'x\n  |        ^\nincluded by a.sql:1:5"))
  }
}

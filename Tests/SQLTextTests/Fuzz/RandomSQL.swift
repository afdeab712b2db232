import SeededRandom

/// Statements put together from pieces of the grammar, with every kind of quote and comment that can hold a semicolon
/// where none is meant.
struct RandomSQL {
  private var dice: SplitMix64
  /// How deep expressions and bodies are nested.
  private var depth = 0

  init(seed: UInt64) { dice = SplitMix64(seed: seed) }

  mutating func script() -> String {
    var text = blank()
    for _ in 0..<number(1, 6) {
      let statement = statement()
      text += statement
      text += chance(30) ? blank() : ""
      text += chance(20) ? ";" + blank() + ";" : ";"
      text += blank()
    }
    return chance(50) ? text : text + select()
  }

  /// A text that was a script until something happened to it.
  mutating func damaged(_ text: String) -> String {
    var pieces = Array(text.unicodeScalars)
    for _ in 0..<number(1, 3) where !pieces.isEmpty {
      let place = number(0, pieces.count - 1)
      let end = min(place + number(0, 8), pieces.count)
      switch number(0, 3) {
      case 0: pieces.removeSubrange(place..<end)
      case 1: pieces.insert(contentsOf: pieces[place..<end], at: number(0, pieces.count))
      default: pieces.insert(contentsOf: Array(one(Self.sharp).unicodeScalars), at: place)
      }
    }
    var result = String.UnicodeScalarView()
    result.append(contentsOf: pieces)
    return String(result)
  }

  private static let sharp = [
    ";", "'", "''", "\"", "$$", "$a$", "$", "/*", "*/", "--", "\n", "\r\n", "(", ")", " begin ", " atomic ",
    " begin atomic ",
    " case ", " end ", " end; ", "e'", "E'\\'", "\\", ":", "::", "u&'", "U&\"", "b'", "x'", "n'", " as ", ".",
    ",", "é", "[1:2]",
    " create ", " function ", " or replace ", " return ", " select 1", "; select 2;", "-", "/", "*", "$1",
    "$b$;$b$", "_", "1",
  ]

  // MARK: Statements

  private mutating func statement() -> String {
    switch number(0, 19) {
    case 0...4: select()
    case 5:
      words("insert into", name(), "values (", list { $0.expression() }, ")", chance(30) ? "returning *" : "")
    case 6: words("update", name(), "set", column(), "=", expression(), "where", expression())
    case 7: words("delete from", name(), "where", expression())
    case 8: words("create table", name(), "(", list { $0.definition() }, ")")
    case 9: words("create", chance(50) ? "or replace" : "", "view", name(), "as", select())
    case 10: function()
    case 11: procedure()
    case 12: rule()
    case 13: words("do", dollarString(";\nbegin perform 1; end;"))
    case 14: words("comment on table", name(), "is", text())
    case 15: words("with", column(), "as (", select(), ")", select())
    case 16: merge()
    case 17:
      one(["begin", "commit", "rollback", "savepoint a", "release a", "end", "start transaction", "abort"])
    case 18: words("explain (costs off)", select())
    default: words("alter table", name(), "add", "check (", expression(), ")")
    }
  }

  private mutating func function() -> String {
    let head = words(
      "create", chance(50) ? "or replace" : "", "function", name(), "(",
      chance(50) ? "a int, b text default ';'" : "",
      ")", "returns", one(["int", "table (n int)", "setof text"]), chance(50) ? "language sql" : "",
      chance(20) ? "cost 1 set search_path = ''" : "")
    switch number(0, 3) {
    case 0: return words(head, "as", chance(50) ? dollarString("select 1; select 2") : text())
    case 1: return words(head, "return", expression())
    default: return words(head, body())
    }
  }

  private mutating func procedure() -> String {
    words("create procedure", name(), "()", chance(50) ? "language sql" : "", body())
  }

  private mutating func body() -> String {
    var text = words("begin", "atomic")
    for _ in 0..<number(0, 4) { text = words(text, chance(70) ? select() : merge(), ";") }
    return words(text, "end")
  }

  private mutating func rule() -> String {
    let commands = "(" + blank() + words(select(), ";", select()) + (chance(50) ? ";" : "") + blank() + ")"
    return words(
      "create", chance(30) ? "or replace" : "", "rule", column(), "as on insert to", name(), "do",
      one(["", "also", "instead"]), chance(70) ? commands : "nothing")
  }

  private mutating func merge() -> String {
    words(
      "merge into", name(), "t using", name(), "s on", expression(), "when matched then update set a =",
      expression(),
      "when not matched then insert values (", expression(), ")")
  }

  private mutating func select() -> String {
    let source =
      chance(60) ? words("from", name(), chance(30) ? "where" : "cross join", chance(30) ? name() : "b") : ""
    let select = words(
      "select", list { $0.chance(30) ? $0.words($0.expression(), "as", $0.label()) : $0.expression() })
    return chance(20)
      ? words(select, "union all select", expression()) : words(select, chance(50) ? source : "")
  }

  private mutating func column() -> String {
    one(["a", "b$c", "é", "\"a;b\"", "atomic", "u&\"d\\0061t\"", "\"end\"", "begin"])
  }

  private mutating func definition() -> String {
    words(
      column(), one(["int", "text", "numeric(10, 2)", "text[]"]),
      chance(30) ? "default 1" : "")
  }

  // MARK: Expressions

  private mutating func expression() -> String {
    depth += 1
    defer { depth -= 1 }
    guard depth < 5 else { return simple() }
    switch number(0, 12) {
    case 0...4: return simple()
    case 5:
      return words(
        "case", chance(30) ? simple() : "", "when", expression(), "then", expression(), "else 1 end")
    case 6: return words("(", expression(), ")")
    case 7: return words("(", select(), ")")
    case 8:
      return words(
        expression(), one(["+", "-", "*", "/", "||", "->>", "<->", "@>", "=", "<>", "- -", "%"]), simple())
    case 9: return words(simple() + "::text", chance(30) ? "is null" : "")
    case 10: return words("(array[", expression(), ",", expression(), "])[1:2]")
    case 11: return words(name(), "(", expression(), ")")
    default: return words("cast (", expression(), "as text)")
    }
  }

  private mutating func simple() -> String {
    switch number(0, 5) {
    case 0: string()
    case 1: one(["1", "2.5", "1e10", "$1", ".5", "1.", "null", "true", "current_date"])
    case 2: dollarString(one([";", "'", "--", "/*", "$", "select 1;", "é"]))
    default: name()
    }
  }

  private mutating func name() -> String {
    one([
      "a", "t", "b$c", "é", "_x1", "public.t", "s.\"T\"", "\"a;b\"", "\"a\"\"b\"", "\"--\"", "\"/*\"",
      "\"$$\"", "x.begin",
      "x.end", "t.case", "\"end\"", "atomic", "u&\"d\\0061t\"", "数字", "begins", "case_", "endless", "\"'\"",
    ])
  }

  private mutating func label() -> String {
    one(["a", "end", "case", "begin", "atomic", "\";\"", "é", "select"])
  }

  /// A string where the grammar takes only one of characters.
  private mutating func text() -> String {
    one(["'a; b'", "E'\\';'", "'--'", "'a'\n';'", "u&'\\0061;'", "'it''s'", "'\\'"])
  }

  private mutating func string() -> String {
    let text = one([
      "", "a", ";", "--", "/*", "$$", "\"", "é;", "''", "(", "end;", "\n", ";\n;", ":x", "a''b",
    ])
    switch number(0, 9) {
    case 0: return "E'\(text)\\';\\\\'"
    case 1: return "e'\(text)\\n''\\x41'"
    case 2: return "U&'\(text)\\0061'"
    case 3: return "u&'\(text)' uescape '!'"
    case 4: return one(["b'10;1'", "B''", "x'1F'", "X'--'"])
    case 5: return "N'\(text)'"
    case 6:
      return "'\(text)'" + one(["\n", " \n ", "\r\n", "-- c;'\n", " -- c\n\t", "\n-- ';\n"]) + "'\(text)'"
    case 7: return "E'\(text)'\n'\\';'"
    default: return "'\(text)\\'"
    }
  }

  private mutating func dollarString(_ text: String) -> String {
    let tag = one(["$$", "$a$", "$été$", "$_1$", "$body$"])
    return tag + one(["", " ", "$", "$1", "$b", "'", "$x$;"]) + text + one(["", " ", "\n"]) + tag
  }

  // MARK: Between the words

  private mutating func words(_ words: String...) -> String {
    var text = ""
    for word in words where !word.isEmpty { text += text.isEmpty ? word : gap() + word }
    return text
  }

  private mutating func list(_ element: (inout RandomSQL) -> String) -> String {
    var text = element(&self)
    for _ in 0..<number(0, 2) { text += "," + gap() + element(&self) }
    return text
  }

  private mutating func gap() -> String { chance(80) ? " " : " " + blank() + " " }

  private mutating func blank() -> String {
    one([
      " ", "\n", "\r\n", "\t", "\n\n", "-- ; ' $$\n", "--\n", "/* ; ' $$ */", "/* /* ; */ ' */", "/**/",
      "/*/ * **/", "/* -- */",
      "-- /*\n", "-- é ;\r\n", "\u{0C}", "/* begin atomic */", "",
    ])
  }

  private mutating func one(_ choices: [String]) -> String { choices.randomElement(using: &dice) ?? "" }
  private mutating func number(_ low: Int, _ high: Int) -> Int { Int.random(in: low...high, using: &dice) }
  private mutating func chance(_ percent: Int) -> Bool { dice.chance(percent) }
}

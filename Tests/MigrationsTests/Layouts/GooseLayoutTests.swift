import Migrations
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

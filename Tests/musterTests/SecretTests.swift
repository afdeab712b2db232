import Foundation
import TestSupport
import Testing

/// What a variable of the environment holds is seen by the server and by nobody else.
@Suite("values of variables")
struct SecretTests {
  private static let secret = "it's-open\"sesame-0123456789-0123456789-0123456789-0123456789"

  private struct Place {
    let scratch: Scratch
    let folder: Folder

    init(_ files: [String: String]) async throws {
      scratch = try await Scratch.make()
      folder = try Folder(files)
    }

    func run(_ arguments: String...) async throws -> ToolResult {
      let variables = arguments == ["status"] ? [] : ["--env", "SECRET"]
      let result = try await muster(
        with: arguments + ["--dir", folder.path] + variables,
        environment: ["DATABASE_URL": scratch.settings.conninfo, "SECRET": SecretTests.secret])
      for output in [result.output, result.errors] {
        #expect(!output.contains("sesame"), "\(output)")
      }
      return result
    }
  }

  @Test(
    "stay out of errors, which show the line as it is written",
    arguments: [
      "select :'SECRET'::int;",
      "do $$ begin raise exception '%', current_setting('my.secret') using detail = current_setting('my.secret'); end $$;",
      "select public.fails(:'SECRET');",
      "insert into public.few values (1, :'SECRET');",
      "select 1 as :\"SECRET\" from nowhere;",
      "insert into public.late values (:'SECRET');",
      "create table public.:\"SECRET\" (); create table public.:\"SECRET\" ();",
    ], ["", "-- muster: no-transaction\n"])
  func errors(statement: String, directive: String) async throws {
    let place = try await Place([
      "1_a.sql": directive + "select set_config('my.secret', :'SECRET', false);\n" + statement
    ])
    try await place.scratch.execute(
      """
      create function public.fails(t text) returns int language plpgsql as $$
        begin execute format('select %L::int', t); return 1; end $$;
      create table public.few (x int check (x > 1), t text);
      create table public.keys (t text primary key);
      create table public.late (t text references public.keys deferrable initially deferred);
      """)
    for json in [[], ["--json"]] {
      let result =
        json.isEmpty ? try await place.run("migrate") : try await place.run("migrate", json[0])
      #expect(result.status == 1)
      #expect((result.output + result.errors).contains("1_a.sql"))
    }
    let plan = try await place.run("migrate", "--plan", "--scratch-url", place.scratch.settings.conninfo)
    #expect(plan.status == 1)
  }

  @Test("stay out of notices, the history, the plan, the status and the drift")
  func elsewhere() async throws {
    let place = try await Place([
      "1_a.sql": """
      do $$ begin raise notice 'it is %', 'x'; end $$;
      create function public.tells(t text) returns text language plpgsql as $$ begin
        raise notice 'it is %', t using detail = t, hint = quote_literal(t); return t; end $$;
      select public.tells(:'SECRET');
      create table public.a (t text default :'SECRET');
      """,
      "objects/v.sql": "create view public.v as select :'SECRET'::text as t;",
    ])
    let url = place.scratch.settings.conninfo
    let plan = try await place.run("migrate", "--plan", "--json", "--scratch-url", url)
    #expect(plan.status == 0 && plan.output.contains(":'SECRET'"), "\(plan)")
    let migrated = try await place.run("migrate")
    #expect(migrated.status == 0)
    #expect(migrated.errors.contains("it is :SECRET"), "\(migrated.errors)")
    #expect(try await place.scratch.value("select t from public.v") == Self.secret)
    let kept = """
      select string_agg(sql, ' ') from (
        select sql from muster.migration union all select sql from muster.migration_object) t
      """
    #expect(try await place.scratch.value(kept)?.contains("sesame") == false)
    #expect(try await place.run("status").status == 0)
    try await place.scratch.execute(
      "alter table public.a alter t drop default; create or replace view public.v as select 'x'::text as t")
    let drift = try await place.run("drift", "--scratch-url", url)
    #expect(drift.status == 1)
    #expect(drift.output.contains(":SECRET"), "\(drift.output)")
    #expect(try await place.run("drift", "--json").status == 1)
  }
}

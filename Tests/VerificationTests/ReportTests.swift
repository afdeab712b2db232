import Testing
import Verification

@Suite struct ReportTests {
  private static func check(_ name: String, seed: Int? = nil, _ promise: String) -> Check {
    Check(name, seed: seed, promise) { _ in .passed("") }
  }

  static let verdict = Verdict(
    results: [
      CheckResult(
        check: check("rooms.one", seed: 1, "A room is a room"), outcome: .passed("2 rooms"),
        duration: .milliseconds(3)),
      CheckResult(
        check: check("rooms.two", seed: 1, "No room # is two"),
        outcome: .failed([
          Finding(
            "one room was “two”", detail: "detail of\ntwo lines", script: "begin;\nselect 1;\nrollback;")
        ]), duration: .milliseconds(1_240)),
      CheckResult(
        check: check("polls.one", "A poll is a poll"),
        outcome: .skipped("not in this database: public.polls"),
        duration: .zero),
    ], duration: .seconds(2))

  @Test func textIsATableForAPerson() {
    #expect(
      Self.verdict.rendered(as: .text) == """
        rooms  1 of 2
          ✓ A room is a room  2 rooms
          ✗ No room # is two  rooms.two
              one room was “two”
                detail of
                two lines
                to see it again, in psql:
                  begin;
                  select 1;
                  rollback;

        polls  0 of 1
          – A poll is a poll  skipped: not in this database: public.polls

        1 passed, 1 failed, 1 skipped in 2.0 s

        """)
  }

  @Test func colourIsOnlyThereWhenAskedFor() {
    #expect(!Self.verdict.rendered(as: .text).contains("\u{1b}"))
    #expect(Self.verdict.rendered(as: .text, colour: true).contains("\u{1b}[31m✗"))
    #expect(!Self.verdict.rendered(as: .tap, colour: true).contains("\u{1b}"))
  }

  @Test func tapHasAPlanAndYAMLUnderFailures() {
    #expect(
      Self.verdict.rendered(as: .tap) == """
        TAP version 14
        1..3
        ok 1 - rooms.one
        not ok 2 - rooms.two
          ---
          promise: "No room # is two"
          seed: "001"
          duration_ms: 1240
          findings:
            - message: "one room was “two”"
              detail: "detail of\\ntwo lines"
              script: |
                begin;
                select 1;
                rollback;
          ...
        ok 3 - polls.one # SKIP not in this database: public.polls

        """)
  }

  @Test func jsonHasALineForEachCheckAndOneForAll() {
    #expect(
      Self.verdict.rendered(as: .json) == """
        {"check": "rooms.one", "seed": "001", "promise": "A room is a room", "outcome": "passed", \
        "figure": "2 rooms", "duration_ms": 3}
        {"check": "rooms.two", "seed": "001", "promise": "No room # is two", "outcome": "failed", \
        "findings": [{"message": "one room was “two”", "detail": "detail of\\ntwo lines", \
        "script": "begin;\\nselect 1;\\nrollback;"}], "duration_ms": 1240}
        {"check": "polls.one", "seed": null, "promise": "A poll is a poll", "outcome": "skipped", \
        "reason": "not in this database: public.polls", "duration_ms": 0}
        {"passed": 1, "failed": 1, "skipped": 1, "exit_code": 1, "duration_ms": 2000}

        """)
  }

  @Test func anEmptyRunIsNoSuccess() {
    let nothing = Verdict(results: [], duration: .zero)
    #expect(nothing.exitCode == 3)
    #expect(nothing.rendered(as: .tap).contains("1..0 # SKIP nothing was tested"))
    #expect(nothing.rendered(as: .text).contains("nothing was tested"))
    let skipped = Verdict(results: [Self.verdict.results[2]], duration: .zero)
    #expect(skipped.exitCode == 3)
    #expect(skipped.rendered(as: .tap).contains("Bail out!"))
    #expect(Verdict(results: [Self.verdict.results[0]], duration: .zero).exitCode == 0)
  }

  @Test func theListIsATableOfSeedPromiseAndCheck() {
    let list = CheckList(Suite(Self.verdict.results.map(\.check)))
    #expect(
      list.markdown == """
        | seed | promise | check |
        |---|---|---|
        | 001 | A room is a room | `rooms.one` |
        | 001 | No room # is two | `rooms.two` |
        | – | A poll is a poll | `polls.one` |

        """)
    #expect(list.text.hasPrefix("001  rooms.one  A room is a room\n"))
  }

  @Test func patternsChooseChecks() {
    let suite = Suite(Self.verdict.results.map(\.check))
    func chosen(_ patterns: String...) -> [String] { suite.only(patterns).checks.map(\.name) }
    #expect(chosen() == ["rooms.one", "rooms.two", "polls.one"])
    #expect(chosen("rooms") == ["rooms.one", "rooms.two"])
    #expect(chosen("*.one") == ["rooms.one", "polls.one"])
    #expect(chosen("r*two", "polls.one") == ["rooms.two", "polls.one"])
    #expect(chosen("room") == [])
  }
}

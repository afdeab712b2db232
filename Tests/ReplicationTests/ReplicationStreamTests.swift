import PostgresClient
import Replication
import TemporaryCluster
import Testing

@Suite("Replication stream, live", .serialized, .timeLimit(.minutes(10))) struct ReplicationStreamTests {
  @Test func `insert, update, delete and truncate arrive by transaction`() async throws {
    try await LiveStream.run("create table notes (id int primary key, body text)") { live in
      let events = try await live.events(
        of: """
          insert into notes values (1, 'one'), (2, null);
          update notes set body = 'uno' where id = 1;
          update notes set id = 20 where id = 2;
          delete from notes where id = 20
          """)
      #expect(
        summary(events) == [
          "begin", "insert notes (1, one)", "insert notes (2, null)", "update notes (1, uno)",
          "update notes key (2, null) to (20, null)", "delete notes key (20, null)", "commit",
        ])
      try await live.expect(
        ["begin", "truncate notes restart", "commit"], of: "truncate notes restart identity")
    }
  }

  @Test func `replica identity full brings the old row, large values included`() async throws {
    try await LiveStream.run(
      """
      create table notes (id int primary key, body text, doc text);
      alter table notes replica identity full;
      alter table notes alter doc set storage external;
      insert into notes values (1, 'a', repeat('x', 5000))
      """
    ) { live in
      try await live.expect(
        [
          "begin", "update notes (1, a, 5000 bytes) to (1, b, 5000 bytes)",
          "delete notes (1, b, 5000 bytes)",
          "commit",
        ], of: "update notes set body = 'b'; delete from notes")
    }
  }

  @Test func `a large value that was left alone is marked so`() async throws {
    try await LiveStream.run(
      """
      create table notes (id int primary key, body text, doc text);
      alter table notes alter doc set storage external;
      insert into notes values (1, 'a', repeat('x', 5000))
      """
    ) { live in
      try await live.expect(
        ["begin", "update notes (1, b, unchanged)", "update notes (1, b, y)", "commit"],
        of: "update notes set body = 'b'; update notes set doc = 'y'")
    }
  }

  @Test func `what is rolled back does not arrive`() async throws {
    try await LiveStream.run("create table notes (id int primary key)") { live in
      let events = try await live.events(
        of: """
          begin; insert into notes values (1);
          select pg_logical_emit_message(true, 'in', 'lost');
          select pg_logical_emit_message(false, 'out', 'kept');
          rollback;
          begin; insert into notes values (2); savepoint a; insert into notes values (3);
          rollback to a; insert into notes values (4); commit
          """)
      #expect(
        summary(events) == ["message out: kept", "begin", "insert notes (2)", "insert notes (4)", "commit"])
    }
  }

  @Test func `messages arrive only where they are asked for`() async throws {
    try await LiveStream.run("create table notes (id int primary key)") { live in
      try await live.expect(
        ["begin", "message chat: hello", "commit"],
        of: "select pg_logical_emit_message(true, 'chat', 'hello')")
    }
    try await LiveStream.run("create table notes (id int primary key)") {
      $0.includesMessages = false
    } _: { live in
      try await live.execute(
        "select pg_logical_emit_message(false, 'chat', 'hello'); insert into notes values (1)")
      let events = try await live.stream.nextTransaction()
      #expect(summary(events) == ["begin", "insert notes (1)", "commit"])
    }
  }

  @Test func `columns outside the list and generated columns are absent`() async throws {
    try await LiveStream.run(
      """
      create table notes (id int primary key, shown text, hidden text,
        upper_shown text generated always as (upper(shown)) stored);
      create table whole (id int primary key, twice int generated always as (id * 2) stored)
      """, publication: "for table notes (id, shown), whole"
    ) { live in
      let events = try await live.events(
        of: "insert into notes (id, shown, hidden) values (1, 'a', 'b'); insert into whole values (4)")
      #expect(summary(events) == ["begin", "insert notes (1, a)", "insert whole (4)", "commit"])
    }
  }

  @Test func `an altered table is described anew`() async throws {
    try await LiveStream.run("create table notes (id int primary key)") { live in
      let events = try await live.events(
        of: "insert into notes values (1); alter table notes add body text; insert into notes values (2, 'b')"
      )
      #expect(summary(events) == ["begin", "insert notes (1)", "insert notes (2, b)", "commit"])
      guard case .change(let before) = events[1], case .change(let after) = events[2] else { return }
      #expect(before.new?["body"] == nil)
      #expect(after.new?["body"] == .text("b"))
    }
  }

  @Test func `a big transaction arrives whole, in batches`() async throws {
    try await LiveStream.run("create table notes (id int primary key, body text)") { live in
      let events = try await live.events(
        of: "insert into notes select i, repeat('x', 50) from generate_series(1, 20000) i")
      #expect(events.count == 20_002)
      #expect(summary(events[20_000]) == "insert notes (20000, 50 bytes)")
    }
  }
}

func summary(_ event: StreamEvent) -> String { summary([event])[0] }

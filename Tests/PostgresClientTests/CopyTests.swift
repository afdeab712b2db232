import FoundationEssentials
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct CopyTests {
  struct Refusal: Error {}

  @Test func textGoesInAndComesOut() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int, word text)")
      let copied = try connection.copyIn("copy t from stdin") { writer in
        for n in 0..<50_000 { try writer.write("\(n)\tword \(n)\n") }
      }
      #expect(copied == 50_000)
      #expect(
        try connection.query("select sum(n), count(distinct word) from t")[0].cells == [
          "1249975000", "50000",
        ])
      var lines: [String] = []
      let read = try connection.copyOut("copy (select * from t order by n limit 3) to stdout") { row in
        lines.append(String(decoding: row, as: UTF8.self))
      }
      #expect(read == 3)
      #expect(lines == ["0\tword 0\n", "1\tword 1\n", "2\tword 2\n"])
      #expect(try connection.copyIn("copy t from stdin") { _ in } == 0)
    }
  }

  @Test func everyBinaryTypeArrives() async throws {
    let connection = try await connect()
    let id = try #require(UUID(uuidString: "0b5ae5c4-9d2e-4c0e-8f0e-2d6f8a1c7b3d"))
    let instant = Timestamp(microseconds: 1_700_000_000_123_456)
    try await connection.run { connection in
      try connection.execute(
        """
        create temp table t (a smallint, b int, c bigint, d float8, e boolean, f text, g bytea, h uuid, i timestamptz,
          j timestamptz, k int)
        """)
      let copied = try connection.copyInBinary("copy t from stdin with (format binary)") { rows in
        for _ in 0..<5000 {
          try rows.row(11) { row in
            row.append(Int16.min)
            row.append(Int32.max)
            row.append(Int64.min)
            row.append(-0.25)
            row.append(true)
            row.append("naïve 🐘")
            row.append([0, 255] as [UInt8])
            row.append(id)
            row.append(instant)
            row.append(Timestamp.infinity)
            row.append(Int32?.none)
          }
        }
      }
      #expect(copied == 5000)
      let rows = try connection.query("select distinct * from t")
      #expect(rows.count == 1)
      #expect(try rows[0].decode(Timestamp.self, named: "i") == instant)
      #expect(
        rows[0].cells == [
          "-32768", "2147483647", "-9223372036854775808", "-0.25", "t", "naïve 🐘", "\\x00ff",
          "0b5ae5c4-9d2e-4c0e-8f0e-2d6f8a1c7b3d", rows[0]["i"], "infinity", nil,
        ])
    }
  }

  @Test func binaryComesOutAsItWentIn() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      var encoder = BinaryCopyEncoder()
      for n in 0..<3 {
        encoder.row(2) { row in
          row.append(Int64(n))
          row.append("row \(n)")
        }
      }
      encoder.end()
      var bytes: [UInt8] = []
      try connection.copyOut(
        "copy (select n::bigint, 'row ' || n from generate_series(0, 2) n) to stdout with (format binary)"
      ) { bytes += $0 }
      #expect(bytes == encoder.bytes)
    }
  }

  @Test func anErrorOfTheBodyCopiesNothing() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int)")
      #expect(throws: Refusal.self) {
        try connection.copyIn("copy t from stdin") { writer in
          for n in 0..<100_000 { try writer.write("\(n)\n") }
          throw Refusal()
        }
      }
      #expect(try connection.query("select count(*) from t").scalar(Int.self) == 0)
      #expect(throws: Refusal.self) {
        try connection.copyOut("copy (select generate_series(1, 10000000)) to stdout") { _ in throw Refusal()
        }
      }
      #expect(try connection.query("select 1").scalar(Int.self) == 1)
    }
  }

  /// The data have no end: what the server refuses has to be noticed on the way.
  @Test func aRefusedRowEndsTheCopy() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int check (n > 0))")
      let error = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy t from stdin") { writer in
          try writer.write("1\n0\n")
          while true { try writer.write("2\n") }
        }
      }
      #expect(error?.code == .checkViolation)
      #expect(error?.context?.contains("line 2") == true)
      let late = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy t from stdin") { writer in try writer.write("x\n") }
      }
      #expect(late?.code == "22P02")
      #expect(try connection.query("select count(*) from t").scalar(Int.self) == 0)
    }
  }

  /// By then the server has taken no data for a while, and the writer waits.
  @Test(arguments: ["", "raise notice 'not this one';"])
  func aRefusalReachesAWriterThatWaits(notice: String) async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute(
        """
        create function pg_temp.is_fine(n int) returns boolean language plpgsql as $$
          begin perform pg_sleep(0.3); \(notice) return false; end $$;
        create temp table t (n int check (pg_temp.is_fine(n)))
        """)
      let error = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy t from stdin") { writer in while true { try writer.write("2\n") } }
      }
      #expect(error?.code == .checkViolation)
    }
  }

  @Test func copiesHaveDeadlinesAndCanBeCancelled() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int)")
      let late = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy t from stdin", timeout: .milliseconds(50)) { writer in
          while true { try writer.write("2\n") }
        }
      }
      #expect(late?.kind == .timeout)
      let lateOut = #expect(throws: PostgresError.self) {
        try connection.copyOut("copy (select pg_sleep(600)) to stdout", timeout: .milliseconds(50)) { _ in }
      }
      #expect(lateOut?.kind == .timeout)
      let cancelled = #expect(throws: PostgresError.self) {
        try connection.copyIn("copy t from stdin") { writer in
          connection.cancel()
          while true { try writer.write("2\n") }
        }
      }
      #expect(cancelled?.kind == .cancelled)
      #expect(try connection.query("select count(*) from t").scalar(Int.self) == 0)
    }
  }

  @Test func anotherStatementThanACopyIsAnError() async throws {
    let connection = try await connect()
    try await connection.run { connection in
      try connection.execute("create temp table t (n int)")
      for sql in ["select 1", "copy t to stdout", "insert into t values (1); copy t from stdin", ""] {
        #expect(throws: PostgresError.self, "\(sql)") { try connection.copyIn(sql) { _ in } }
      }
      for sql in ["select 1", "copy t from stdin", "copy nowhere to stdout"] {
        #expect(throws: PostgresError.self, "\(sql)") { try connection.copyOut(sql) { _ in } }
      }
      #expect(try connection.query("select 1").scalar(Int.self) == 1)
    }
  }
}

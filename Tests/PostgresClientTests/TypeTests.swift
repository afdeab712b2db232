import FoundationEssentials
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct TypeTests {
  /// Sends a value, has the server cast it, and reads it back.
  private func survives<T: PostgresEncodable & PostgresDecodable & Equatable>(
    _ values: [T], as type: String, _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let connection = try await connect()
    for value in values {
      let back = try await connection.query("select $1::\(type)", [value]).scalar(T.self)
      #expect(back == value, sourceLocation: location)
    }
    let null = try await connection.query("select $1::\(type)", [T?.none]).scalar(T?.self)
    #expect(null == nil, sourceLocation: location)
  }

  @Test func scalarsSurvive() async throws {
    try await survives([true, false], as: "boolean")
    try await survives([0, .min, .max] as [Int16], as: "smallint")
    try await survives([0, .min, .max] as [Int32], as: "integer")
    try await survives([0, .min, .max] as [Int64], as: "bigint")
    try await survives([0, .min, .max] as [Int], as: "bigint")
    try await survives([0, .max] as [UInt32], as: "oid")
    try await survives(
      [0, -0.1, .pi, .greatestFiniteMagnitude, .leastNonzeroMagnitude, .infinity, -.infinity],
      as: "double precision")
    try await survives([0.1, .infinity] as [Float], as: "real")
    try await survives(["", "a", "naïve 🐘\n\t\\'\"", "\u{301}"], as: "text")
    try await survives([UUID()], as: "uuid")
    try await survives([[], [0], Array(0...255)] as [[UInt8]], as: "bytea")
  }

  @Test func notANumberSurvives() async throws {
    let connection = try await connect()
    #expect(try await connection.query("select $1::float8", [Double.nan]).scalar(Double.self).isNaN)
  }

  @Test func arraysSurvive() async throws {
    try await survives([[], [1, -2]] as [[Int]], as: "bigint[]")
    try await survives([["NULL", "", "a,b", "{\"\\"]], as: "text[]")
    try await survives([[1, nil]] as [[Int?]], as: "int[]")
    try await survives([[UUID(), UUID()]], as: "uuid[]")
    try await survives([[true, false]], as: "boolean[]")
    try await survives([[Timestamp(microseconds: 1), .infinity]], as: "timestamptz[]")
  }

  @Test(arguments: ["UTC", "Asia/Kathmandu", "America/St_Johns", "Europe/Berlin"])
  func instantsSurviveInAnyZone(zone: String) async throws {
    let connection = try await connect()
    let instants = [
      0, 1, -1, 1_700_000_000_123_456, -62_135_596_800_000_000, -62_135_596_800_000_001,
      253_402_300_800_000_000,
      -210_863_520_000_000_000, 951_782_400_000_000,
    ].map { Timestamp(microseconds: $0) }
    try await connection.run { connection in
      try connection.query("select set_config('TimeZone', $1, false)", [zone])
      for instant in instants + [.infinity, .minusInfinity] {
        let rows = try connection.query(
          "select $1::timestamptz, coalesce(extract(epoch from nullif($1::timestamptz, 'infinity')) * 1000000, 0)::numeric::text",
          [instant])
        #expect(try rows[0].decode(Timestamp.self, at: 0) == instant)
        if instant.isFinite {
          #expect(Int64(rows[0][1]?.split(separator: ".").first ?? "") == instant.microseconds)
        }
      }
    }
  }

  @Test func datesAndPlainTimestampsReadAsUTC() async throws {
    let connection = try await connect()
    let row = try await connection.query("select date '2026-11-21', timestamp '2026-11-21 12:30:00.5'")[0]
    #expect(try row.decode(Timestamp.self, at: 0).description == "2026-11-21T00:00:00.000000Z")
    #expect(try row.decode(Timestamp.self, at: 1).description == "2026-11-21T12:30:00.500000Z")
  }

  @Test(arguments: [
    "", "today", "2026", "2026-13-01", "2026-11-21 25", "21.11.2026 12:00:00 CET", "2026-11-21 12:00:00+",
  ])
  func otherTextIsNoInstant(text: String) {
    #expect(Timestamp(postgresText: text) == nil)
  }
}

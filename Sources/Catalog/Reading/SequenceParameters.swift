/// The parameters of a sequence as CREATE SEQUENCE writes them, from the columns `start`, `increment`, `minimum`, `maximum`,
/// `cache` and `cycle`.
struct SequenceParameters {
  let all: [String]
  /// Those that a sequence of this type does not have anyway.
  let remarkable: [String]

  private static let largest = [
    "smallint": "32767", "integer": "2147483647", "bigint": "9223372036854775807",
  ]

  init(_ row: Record, type: String) {
    let isOrdinary: [(words: String, isDefault: Bool)] = [
      ("start with \(row.text("start"))", row["start"] == "1"),
      ("increment by \(row.text("increment"))", row["increment"] == "1"),
      ("minvalue \(row.text("minimum"))", row["minimum"] == "1"),
      ("maxvalue \(row.text("maximum"))", row["maximum"] == Self.largest[type]),
      ("cache \(row.text("cache"))", row["cache"] == "1"),
      (row.isTrue("cycle") ? "cycle" : "no cycle", !row.isTrue("cycle")),
    ]
    all = isOrdinary.map(\.words)
    // A descending one has other defaults, and says everything.
    let ascends = !row.text("increment").hasPrefix("-")
    remarkable = ascends ? isOrdinary.filter { !$0.isDefault }.map(\.words) : all
  }
}

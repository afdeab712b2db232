import PostgresClient

/// What holds for every live relation: the threshold to the microsecond, and a clean-up that takes the stale and
/// nothing else. Time stands still in a transaction, so rows are made older instead.
enum Staleness {
  static var checks: [Check] {
    LiveRelation.all.flatMap { subject in
      let slug = subject.name.split(separator: " ").joined(separator: "-")
      let requires = [subject.relation, "muster.sweep", "muster.liveness"]
      func check(_ name: String, _ promise: String, _ play: @escaping @Sendable (Stage) throws -> String)
        -> Check
      {
        .scene(
          "staleness.\(slug)-\(name)", seed: subject.seed, promise, tags: [.alone], requires: requires,
          play: play)
      }
      let afterACrash = check(
        "after-a-crash", "\(subject.name): when a crash has taken the beats, everybody has one grace period"
      ) { try crash(subject, $0) }
      // Rows that are their own beats are gone with them.
      return (subject.beats == subject.relation ? [] : [afterACrash]) + [
        check(
          "at-the-threshold",
          "\(subject.name): seen 1 µs less than \(subject.threshold) s ago is there; \(subject.threshold) s ago is not"
        ) { try threshold(subject, $0) },
        check(
          "of-the-future",
          "\(subject.name): a time in the future counts as now"
        ) { try future(subject, $0) },
        check(
          "sweep-is-exact",
          "\(subject.name): clean-up takes exactly what is stale, and nothing else in the database changes"
        ) { try sweepIsExact(subject, $0) },
      ]
    }
  }

  private static func threshold(_ subject: LiveRelation, _ stage: Stage) throws -> String {
    let key = try subject.make(stage)
    for (microseconds, isThere) in [(-1, true), (0, false), (1, false)] {
      let offset = microseconds == 0 ? "exactly at the threshold" : "\(microseconds) µs past the threshold"
      for sight in subject.sights {
        let seen = try stage.trial {
          try stage.query(subject.age(key, pastThreshold: -1_000_000))
          let fresh = try sight.count(stage, key)
          try stage.query(subject.age(key, pastThreshold: microseconds))
          let now = try sight.count(stage, key)
          let expected = isThere ? fresh : fresh - 1
          if now != expected { stage.note("\(offset): \(sight.name) says \(now), expected \(expected)") }
          return fresh
        }
        stage.expect(seen > 0, "\(sight.name) does not show a row that was seen a moment ago")
      }
      try stage.trial {
        try stage.query(subject.age(key, pastThreshold: microseconds))
        _ = try stage.sweep(subject.relation)
        if try subject.isLive(key, on: stage) != isThere {
          stage.note("\(offset): the sweep \(isThere ? "took" : "left") the row")
        }
      }
    }
    return "−1 µs, 0, +1 µs in \(subject.sights.count + 1) places"
  }

  private static func future(_ subject: LiveRelation, _ stage: Stage) throws -> String {
    let key = try subject.make(stage)
    try stage.query(subject.age(key, pastThreshold: -3_600_000_000))
    for sight in subject.sights {
      stage.expect(try sight.count(stage, key) > 0, "\(sight.name) does not show it")
    }
    _ = try stage.sweep(subject.relation)
    stage.expect(try subject.isLive(key, on: stage), "the sweep took it")
    return "an hour ahead"
  }

  private static func sweepIsExact(_ subject: LiveRelation, _ stage: Stage) throws -> String {
    _ = try stage.sweep(subject.relation)  // What was stale already is not this check's.
    var keys: [(key: String, isStale: Bool)] = []
    for microseconds in [-10_000_000, -1, 0, 1, 3_600_000_000, 86_400_000_000] {
      let key = try subject.make(stage)
      try stage.query(subject.age(key, pastThreshold: microseconds))
      keys.append((key, microseconds >= 0))
    }
    let before = try fingerprint(of: subject, without: keys.map(\.key), on: stage)
    let swept = try stage.sweep(subject.relation)
    stage.expect("rows swept", swept, is: 4)
    for (key, isStale) in keys {
      let live = try subject.isLive(key, on: stage)
      if live == isStale { stage.note("a \(isStale ? "stale row was left" : "fresh row was taken"): \(key)") }
    }
    let after = try fingerprint(of: subject, without: keys.map(\.key), on: stage)
    for (table, hash) in before where after[table] != hash { stage.note("the sweep changed \(table)") }
    stage.expect("rows swept by a second sweep", try stage.sweep(subject.relation), is: 0)
    return "4 of 6 swept, \(before.count) tables unchanged"
  }

  /// A hash of each table's rows, of the relation's and its beats' rows those of the given keys apart. Tables in which
  /// a sweep notes what it did, history and counts, are left out.
  private static func fingerprint(
    of subject: LiveRelation, without keys: [String], on stage: Stage
  ) throws -> [String: String] {
    let tables = try stage.look(
      """
      select c.oid::regclass::text from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname <> 'participant_history' and c.reltuples < 200000
      """)
    var hashes: [String: String] = [:]
    for row in tables {
      let table = "public." + (row[0] ?? "")
      let list = keys.map { SQL.literal($0) }.joined(separator: ", ")
      let rest =
        switch table {
        case subject.relation: "where \(subject.key) not in (\(list))"
        case subject.beats: "where \(subject.beatsKey) not in (\(list))"
        default: ""
        }
      hashes[table] = try stage.look(
        "select md5(coalesce(string_agg(t::text, E'\\n' order by t::text), '')) from \(raw: table) as t \(raw: rest)"
      ).first?[0]
    }
    return hashes
  }

  private static func crash(_ subject: LiveRelation, _ stage: Stage) throws -> String {
    let key = try subject.make(stage)
    try stage.query("delete from \(raw: subject.beats)")
    try stage.query("delete from muster.beat_epoch")
    for sight in subject.sights {
      stage.expect(try sight.count(stage, key) > 0, "\(sight.name) does not show who has no beat yet")
    }
    _ = try stage.sweep(subject.relation)
    stage.expect(try subject.isLive(key, on: stage), "the sweep took who had no time to beat")
    return "\(subject.sights.count + 1) places"
  }
}

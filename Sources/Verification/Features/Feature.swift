import PostgresClient

/// The checks of one feature, in the order of the paper that promises it.
protocol Feature {
  /// Relations and functions without which the feature is not there.
  static var requires: [String] { get }
  /// The paper, or nil where the promise is Muster's own.
  static var seed: Int? { get }
  static var checks: [Check] { get }
}

extension Feature {
  /// A check that plays on stage while nobody else does: sweeps and counts look at everybody's rows.
  static func check(
    _ name: String, _ promise: String, tags: Set<Check.Tag> = [], requires: [String] = [],
    play: @escaping @Sendable (Stage) throws -> String
  ) -> Check {
    .scene(
      name, seed: seed, promise, tags: tags.union([.alone]), requires: self.requires + requires, play: play)
  }
}

/// What several features' checks do.
extension Stage {
  /// Somebody new signs up.
  func signUp(_ name: String, profile: Bool = false, admin: Bool = false) throws -> Persona {
    let persona = cast.signedIn(name)
    signedUp.append(persona.id ?? "")
    try query("insert into auth.users (id) values (\(persona.id))")
    if profile || admin {
      try query(
        """
        insert into public.profiles (id, display_name, role)
        values (\(persona.id), \(name), \(admin ? "admin" : "user"))
        """)
    }
    return persona
  }

  /// The live count of a topic, recounted now, whoever may read it.
  func liveCount(_ topic: String) throws -> Int {
    try query("select muster.refresh_counts(true)")
    return try number("select coalesce(max(value), 0) from muster.live_count where topic = \(topic)")
  }

  /// Sweeps one relation, and says how many rows were stale.
  func sweep(_ relation: String) throws -> Int {
    try number("select swept from muster.sweep(\(relation)::regclass)")
  }

  /// A query that must return this text in its first cell.
  func expectValue(_ what: String, _ sql: SQL, is expected: String?) throws {
    expect(what, try value(sql) ?? "null", is: expected ?? "null")
  }

  /// Where a row lies and who wrote it: the same as long as nobody touches it.
  func address(in relation: SQL, where condition: SQL) throws -> String {
    try value("select concat(tableoid, ctid, xmin) from \(relation) where \(condition)") ?? "no row"
  }
}

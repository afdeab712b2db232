import PostgresClient

/// One transaction in which people act, one after another, and which is rolled back at the end.
///
/// `now()` stands still in it, so that staleness is tested to the microsecond by making rows older. Every statement is
/// noted with its values, so that a finding comes with the script that shows it again.
///
/// A stage belongs to its connection: use it inside `PostgresConnection.run` only, which `Check.scene` does.
public final class Stage {
  private let connection: PostgresConnection
  /// Set where the transaction is somebody else's.
  let guest: Guest?
  private var transcript = Transcript()
  /// What was seen that should not be. A check that has findings has failed, whatever it returns.
  public private(set) var findings: [Finding] = []
  /// People and session ids that nobody else uses, the same for the same `--seed`.
  public var cast: PersonaFactory
  /// The ids of whoever signed up on this stage.
  var signedUp: [String] = []
  /// How many cells of an access table were tried.
  var cells = 0

  init(connection: PostgresConnection, cast: PersonaFactory, guest: Guest? = nil) {
    self.connection = connection
    self.cast = cast
    self.guest = guest
  }

  // MARK: Speaking to the server

  /// Runs one statement as whoever acts.
  @discardableResult
  public func query(_ sql: SQL) throws -> Rows {
    transcript.note(sql.text)
    let rows = try speak { try $0.query(sql.text) }
    if let row = rows.first, rows.count == 1, let column = rows.columns.first, let value = row[0] {
      transcript.noteAnswer(value, column: column.name)
    }
    return rows
  }

  /// Runs a query that changes nothing and need not be in the script: a look at the catalog, a count.
  public func look(_ sql: SQL) throws -> Rows {
    try speak { try $0.query(sql.text) }
  }

  /// Runs a script of several statements as whoever acts.
  public func execute(_ script: SQL) throws {
    transcript.note(script.text)
    try speak { _ = try $0.execute(script.text) }
  }

  /// A guest passes on what is his host's business: it says nothing about access.
  private func speak<T: Sendable>(_ body: @Sendable (isolated PostgresConnection) throws -> T) throws -> T {
    do {
      return try connection.assumeIsolated { try body($0) }
    } catch let error as PostgresError where guest != nil && error.isOfTheHost {
      throw Interruption(error: error)
    }
  }

  /// The first column of the first row; nil for no row and for null.
  public func value(_ sql: SQL) throws -> String? { try query(sql).first?[0] }

  /// The first column of the first row as a number.
  public func number(_ sql: SQL) throws -> Int {
    let text = try value(sql)
    guard let text, let number = Int(text) else {
      throw finding("expected a number, got \(text ?? "null")")
    }
    return number
  }

  /// The first column of the first row as a yes or no.
  public func flag(_ sql: SQL) throws -> Bool { try value(sql) == "t" }

  /// The first column of all rows.
  public func column(_ sql: SQL) throws -> [String] { try query(sql).map { $0[0] ?? "null" } }

  // MARK: Acting

  /// Lets somebody act: his role and his claims, for as long as the body lasts; then the owner again.
  public func `as`<T>(_ persona: Persona, _ body: () throws -> T) throws -> T {
    try execute(Self.entrance(of: persona))
    do {
      let result = try body()
      try execute(Self.exit)
      return result
    } catch {
      // In a failed transaction this is refused too; the first error is the one to tell.
      try? execute(Self.exit)
      throw error
    }
  }

  static func entrance(of persona: Persona) -> SQL {
    """
    set local role \(name: persona.role); \
    select set_config('request.jwt.claims', \(persona.claims ?? ""), true)
    """
  }

  static let exit: SQL = "set local role none; select set_config('request.jwt.claims', '', true)"

  /// Tries a statement; where it is refused, the transaction goes on as if it had not been tried.
  public func attempt(_ sql: SQL) throws -> Result<Rows, PostgresError> {
    try execute("savepoint attempt")
    do {
      let rows = try query(sql)
      try execute("release savepoint attempt")
      return .success(rows)
    } catch let error as PostgresError where error.code != nil {
      try execute("rollback to savepoint attempt; release savepoint attempt")
      return .failure(error)
    }
  }

  /// Does something and takes it back, whatever came of it; the script forgets it too.
  public func trial<T>(_ body: () throws -> T) throws -> T {
    let before = transcript
    defer { transcript = before }
    try execute("savepoint trial")
    let result = Result { try body() }
    try execute("rollback to savepoint trial; release savepoint trial")
    return try result.get()
  }

  /// Lets somebody try one statement, hands what came of it to the judge, who is the owner again, and takes it back.
  func trial<T>(
    as persona: Persona, _ sql: SQL, judge: (Result<Rows, PostgresError>) throws -> T
  ) throws -> T {
    try trial {
      do {
        let rows = try `as`(persona) { try query(sql) }
        return try judge(.success(rows))
      } catch let error as PostgresError where error.code != nil {
        try execute("rollback to savepoint trial")
        return try judge(.failure(error))
      }
    }
  }

  // MARK: Judging

  /// Notes a finding with the script so far, and goes on.
  public func note(_ message: String, detail: String = "") {
    findings.append(finding(message, detail: detail))
  }

  /// Notes a finding that another script shows better than what was played here.
  public func note(_ message: String, detail: String, script: SQL) {
    findings.append(Finding(message, detail: detail, script: "begin;\n\(script);\nrollback;"))
  }

  /// A finding with the script so far, to be thrown.
  public func finding(_ message: String, detail: String = "") -> Finding {
    Finding(message, detail: detail, script: transcript.script)
  }

  /// Notes a finding where the condition does not hold.
  public func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
    if !condition { note(message()) }
  }

  /// Notes a finding where the two differ: `what` is the thing that was looked at.
  public func expect<T: Equatable>(_ what: String, _ seen: T, is expected: T) {
    if seen != expected { note("\(what): expected \(expected), saw \(seen)") }
  }

  /// The statement must be refused, with this SQLSTATE where one is named.
  public func expectRefused(_ what: String, with state: SQLState? = nil, _ sql: SQL) throws {
    switch try attempt(sql) {
    case .success(let rows):
      note("\(what): expected a refusal, but it was done (\(rows.affected) rows)")
    case .failure(let error):
      guard let state, error.code != state else { return }
      note(
        "\(what): expected to be refused with \(state), was refused with \(error.code?.rawValue ?? "–")",
        detail: error.message)
    }
  }
}

extension Check {
  /// A check that plays in one transaction of its own and rolls it back, so that it is safe on any database. `play`
  /// acts and judges, and returns the figure to show where nothing was found.
  public static func scene(
    _ name: String, seed: Int? = nil, _ promise: String, tags: Set<Tag> = [], requires: [String] = [],
    play: @escaping @Sendable (Stage) throws -> String
  ) -> Check {
    Check(name, seed: seed, promise, tags: tags, requires: requires) { context in
      try await Stage.play(in: context, cast: context.personas(for: name), play)
    }
  }
}

extension Stage {
  static func play(
    in context: CheckContext, cast: PersonaFactory, _ play: @escaping @Sendable (Stage) throws -> String
  ) async throws -> Outcome {
    let connection = try await context.connect()
    do {
      let outcome = try await connection.run { connection in
        let stage = Stage(connection: connection, cast: cast)
        try connection.execute(opening)
        defer { _ = try? connection.execute("rollback") }
        return try stage.outcome(of: play)
      }
      await connection.close()
      return outcome
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Plays and commits, for what others have to see. Whoever calls it takes back what it made.
  static func perform<T: Sendable>(
    in context: CheckContext, cast: PersonaFactory, _ play: @escaping @Sendable (Stage) throws -> T
  ) async throws -> T {
    let connection = try await context.connect()
    do {
      let result = try await connection.run { connection in
        let stage = Stage(connection: connection, cast: cast)
        try connection.execute(opening)
        let result = try play(stage)
        try connection.execute("commit")
        return result
      }
      await connection.close()
      return result
    } catch {
      await connection.close()
      throw error
    }
  }

  /// Waits are bounded, and dates read the same everywhere.
  private static let opening = """
    begin;
    set local statement_timeout = '60s';
    set local lock_timeout = '10s';
    set local time zone 'UTC';
    set local client_min_messages = 'error';
    """

  func outcome(of play: (Stage) throws -> String) throws -> Outcome {
    do {
      let figure = try play(self)
      return Outcome(findings: findings, figure: figure)
    } catch let skip as Skip where findings.isEmpty {
      return .skipped(skip.reason)
    } catch let last as Finding {
      return .failed(findings + [last])
    } catch let error as PostgresError where error.code != nil {
      return .failed(findings + [finding("a statement failed that should not", detail: error.description)])
    }
  }
}

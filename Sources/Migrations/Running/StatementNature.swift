import SQLText

/// What a statement of a no-transaction file is, as far as it decides how to run it and how to take it up again after a
/// kill.
package enum StatementNature: Hashable {
  /// Runs in a transaction of its own together with its journal entry, so it is done exactly once.
  case ordinary
  /// Sets something for the statements behind it; done again when a new session goes on with the file.
  case sessionSetting
  /// Refuses to run in a transaction, and leaves an INVALID index behind when it fails.
  case createIndexConcurrently(IndexTarget)
  /// Refuses to run in a transaction, and leaves INVALID indexes named …_ccnew or …_ccold behind when it fails.
  case reindexConcurrently(ReindexTarget)
  /// Refuses to run in a transaction, and leaves the partition half detached when it fails.
  case detachConcurrently(PartitionTarget)
  /// Refuses to run in a transaction. Done before, it fails with one of these codes.
  case outsideTransaction(alreadyDone: Set<String>)

  package struct IndexTarget: Hashable {
    /// Nil when the server is to choose it.
    package var name: String?
    /// As it is written, perhaps with its schema.
    package var table: String

    package init(name: String?, table: String) {
      self.name = name
      self.table = table
    }
  }

  package enum ReindexTarget: Hashable {
    /// As they are written, perhaps with their schema.
    case index(String), table(String)
    case schema(String)
    case database
  }

  package struct PartitionTarget: Hashable {
    /// As they are written, perhaps with their schema.
    package var parent: String
    package var partition: String

    package init(parent: String, partition: String) {
      self.parent = parent
      self.partition = partition
    }
  }

  package init(_ statement: SQLStatement, in source: SQLSource) {
    let words = statement.words
    let object = words.dropFirst().first
    switch words.first {
    case "set" where object != "local", "reset": self = .sessionSetting
    case "select" where words.contains("set_config") || words.contains(where: Self.isSessionLock):
      self = .sessionSetting
    case "prepare", "deallocate", "listen", "unlisten", "load", "discard": self = .sessionSetting
    case "vacuum": self = .outsideTransaction(alreadyDone: [])
    case "alter" where object == "system": self = .outsideTransaction(alreadyDone: [])
    case "alter" where words.contains("detach"):
      self = Self.partition(of: statement, in: source).map(Self.detachConcurrently) ?? .ordinary
    case "create" where ["database", "tablespace", "subscription"].contains(object):
      self = .outsideTransaction(alreadyDone: ["42P04", "42710"])
    case "drop" where ["database", "tablespace", "subscription"].contains(object):
      self = .outsideTransaction(alreadyDone: ["3D000", "42704"])
    case "create" where words.contains("index") && words.contains("concurrently"):
      self =
        Self.index(of: statement, in: source).map(Self.createIndexConcurrently)
        ?? .outsideTransaction(alreadyDone: [])
    case "drop" where words.starts(with: ["drop", "index", "concurrently"]):
      self = .outsideTransaction(alreadyDone: ["42704", "42P01"])
    case "reindex":
      self =
        Self.reindexed(by: statement, in: source).map(Self.reindexConcurrently)
        ?? .outsideTransaction(alreadyDone: [])
    default: self = .ordinary
    }
  }

  /// Functions that take or release an advisory lock of the session.
  private static func isSessionLock(_ word: String) -> Bool {
    let functions = ["pg_advisory_lock", "pg_try_advisory_lock", "pg_advisory_unlock"]
    return functions.contains { word == $0 || word == "\($0)_shared" }
  }

  /// Whether it lets others read and write the table while it waits for its locks, so that it may wait for long.
  package var waitsInPeace: Bool {
    switch self {
    case .createIndexConcurrently, .reindexConcurrently: true
    // Of what is forgiven when it was done before, only DROP INDEX CONCURRENTLY waits at all.
    case .outsideTransaction(let alreadyDone): alreadyDone.contains("42P01")
    case .ordinary, .sessionSetting, .detachConcurrently: false
    }
  }

  /// `create [unique] index concurrently [if not exists] [name] on [only] table [using …] (…)`
  private static func index(of statement: SQLStatement, in source: SQLSource) -> IndexTarget? {
    var tokens = StatementTokens(statement, in: source)
    guard tokens.take(through: "concurrently") else { return nil }
    return target(&tokens)
  }

  /// `create [unique] index if not exists name on …`: passes over an index that is there, INVALID ones included.
  package static func indexThatMayBeThere(_ statement: SQLStatement, in source: SQLSource) -> IndexTarget? {
    guard statement.words.first == "create", statement.words.contains("index"),
      statement.words.contains("exists")
    else { return nil }
    var tokens = StatementTokens(statement, in: source)
    guard tokens.take("create") else { return nil }
    _ = tokens.take("unique")
    guard tokens.take("index"), tokens.begins(with: "if") else { return nil }
    return target(&tokens)
  }

  private static func target(_ tokens: inout StatementTokens) -> IndexTarget? {
    _ = tokens.take("if", "not", "exists")
    let name = tokens.begins(with: "on") ? nil : tokens.takeIdentifier()
    guard tokens.take("on") else { return nil }
    _ = tokens.take("only")
    return tokens.takeName().map { IndexTarget(name: name, table: $0) }
  }

  /// `reindex [(option, …)] {index | table | schema | database | system} [concurrently] [name]`
  private static func reindexed(by statement: SQLStatement, in source: SQLSource) -> ReindexTarget? {
    var tokens = StatementTokens(statement, in: source)
    guard tokens.take("reindex") else { return nil }
    let options = tokens.takeParenthesized() ?? []
    guard let kind = tokens.takeWord() else { return nil }
    guard tokens.take("concurrently") || options.contains("concurrently") else { return nil }
    switch kind {
    case "index": return tokens.takeName().map(ReindexTarget.index)
    case "table": return tokens.takeName().map(ReindexTarget.table)
    case "schema": return tokens.takeIdentifier().map(ReindexTarget.schema)
    default: return .database
    }
  }

  /// `alter table [if exists] [only] parent detach partition name concurrently`
  private static func partition(of statement: SQLStatement, in source: SQLSource) -> PartitionTarget? {
    var tokens = StatementTokens(statement, in: source)
    guard tokens.take("alter", "table") else { return nil }
    _ = tokens.take("if", "exists")
    _ = tokens.take("only")
    guard let parent = tokens.takeName(), tokens.take("detach", "partition"),
      let partition = tokens.takeName(), tokens.take("concurrently")
    else { return nil }
    return PartitionTarget(parent: parent, partition: partition)
  }
}

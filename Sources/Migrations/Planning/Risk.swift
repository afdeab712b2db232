/// Something a statement does to a large relation of the target that its users will feel.
public struct Risk: Sendable, Hashable {
  public let relation: RelationName
  public let kind: Kind

  public enum Kind: String, Sendable, Hashable {
    case rewrite
    /// All rows are read while others wait.
    case blockingScan = "blocking-scan"
    case blockingIndexBuild = "blocking-index-build"
    case exclusiveLock = "exclusive-lock"
  }

  /// What will be felt, and what to do instead.
  public let advice: String

  /// From this size on, in bytes, a relation counts as large.
  public static let defaultThreshold = 100 << 20
}

extension RehearsedStatement {
  /// What is risky about the statement, where relations of so many bytes count as large.
  public func risks(largeFrom threshold: Int) -> [Risk] {
    effects.compactMap { effect in
      guard let name = effect.nameOnTarget, let size = effect.size, size.bytes >= threshold,
        !effect.kind.isIndex,
        let (kind, advice) = effect.risk(of: self)
      else { return nil }
      return Risk(relation: name, kind: kind, advice: advice)
    }
  }
}

extension RelationEffect {
  fileprivate func risk(of statement: RehearsedStatement) -> (Risk.Kind, String)? {
    guard let held = heldLock, held.blocksWrites else { return nil }
    let waiting = held.blocksReads ? "nobody reads or writes it" : "nobody writes it"
    switch change {
    case .rewritten:
      return (
        .rewrite,
        "is written anew, and \(waiting) until the file commits; add a new column, fill it in batches, and swap them"
      )
    case .scanned where !indexesBuilt.isEmpty || !indexesRebuilt.isEmpty:
      return (
        .blockingIndexBuild,
        "is indexed, and \(waiting) until the file commits;"
          + " build the index with CONCURRENTLY, in a file of its own with \"-- muster: no-transaction\""
      )
    case .scanned:
      return (
        .blockingScan,
        "is read from end to end, and \(waiting) until the file commits; \(Self.gentleWay(statement.sql))"
      )
    case nil where lock == .accessExclusive, .detached where lock == .accessExclusive,
      .dropped where lock == .accessExclusive, .emptied where lock == .accessExclusive:
      return (
        .exclusiveLock,
        "is locked, and nobody reads or writes it until the file commits; keep what is slow out of the file"
      )
    default: return nil
    }
  }

  private static func gentleWay(_ sql: String) -> String {
    let text = sql.lowercased()
    if text.contains("set not null") {
      return
        "add a CHECK (… is not null) NOT VALID, validate it in a later file, then SET NOT NULL reads nothing"
    }
    if text.contains("attach partition") {
      return "give the new partition a valid CHECK of its bounds first, and it is not read"
    }
    return "add the constraint NOT VALID, and VALIDATE it in a later file"
  }
}

/// What a session may hold on a relation, weakest first.
public enum LockMode: Int, Sendable, Hashable, Comparable, CaseIterable {
  case accessShare, rowShare, rowExclusive, shareUpdateExclusive, share, shareRowExclusive, exclusive
  case accessExclusive

  /// As SQL writes it.
  public var name: String {
    switch self {
    case .accessShare: "ACCESS SHARE"
    case .rowShare: "ROW SHARE"
    case .rowExclusive: "ROW EXCLUSIVE"
    case .shareUpdateExclusive: "SHARE UPDATE EXCLUSIVE"
    case .share: "SHARE"
    case .shareRowExclusive: "SHARE ROW EXCLUSIVE"
    case .exclusive: "EXCLUSIVE"
    case .accessExclusive: "ACCESS EXCLUSIVE"
    }
  }

  /// As pg_locks writes it, `AccessShareLock`; nil for what is no lock on a relation.
  public init?(catalogName: String) {
    guard let mode = Self.allCases.first(where: { $0.catalogName == catalogName }) else { return nil }
    self = mode
  }

  private var catalogName: String {
    name.split(separator: " ").map { $0.prefix(1) + $0.dropFirst().lowercased() }.joined() + "Lock"
  }

  /// Whether SELECT has to wait.
  public var blocksReads: Bool { self == .accessExclusive }
  /// Whether INSERT, UPDATE and DELETE have to wait.
  public var blocksWrites: Bool { self >= .share }

  /// Who has to wait, for a person.
  public var meaning: String {
    switch self {
    case .accessShare, .rowShare, .rowExclusive: "blocks neither reads nor writes"
    case .shareUpdateExclusive: "blocks neither reads nor writes; other schema changes and VACUUM wait"
    case .share, .shareRowExclusive: "blocks writes"
    case .exclusive: "blocks writes and SELECT FOR UPDATE"
    case .accessExclusive: "blocks reads and writes"
    }
  }

  public static func < (left: LockMode, right: LockMode) -> Bool { left.rawValue < right.rawValue }
}

/// What an object is and what it is called, the same in every database that has it.
public struct ObjectIdentity: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let kind: ObjectKind
  /// Qualified and quoted as SQL writes it: `public.orders`, `public.total(integer)`, `orders_pkey on public.orders`.
  public let name: String

  public init(_ kind: ObjectKind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// As it is said to people, such as `table public.orders`.
  public var description: String { name.isEmpty ? kind.rawValue : "\(kind.rawValue) \(name)" }

  public static func < (a: ObjectIdentity, b: ObjectIdentity) -> Bool {
    (a.kind.rank, a.name) < (b.kind.rank, b.name)
  }
}

/// The kinds of objects, in an order in which they can mostly be made; `dependsOn` has the last word.
public enum ObjectKind: String, Sendable, Hashable, CaseIterable {
  case schema
  case `extension`
  case accessMethod = "access method"
  case language
  case collation
  case conversion
  case type
  case domain
  case sequence
  case foreignDataWrapper = "foreign data wrapper"
  case server
  case userMapping = "user mapping"
  case textSearchParser = "text search parser"
  case textSearchTemplate = "text search template"
  case textSearchDictionary = "text search dictionary"
  case textSearchConfiguration = "text search configuration"
  case table
  case foreignTable = "foreign table"
  case column
  case function
  case procedure
  case aggregate
  case `operator`
  case operatorFamily = "operator family"
  case operatorClass = "operator class"
  case cast
  case transform
  case view
  case materializedView = "materialized view"
  case constraint
  case index
  case statistics
  case rule
  case trigger
  case policy
  case publication
  case subscription
  case eventTrigger = "event trigger"
  case defaultPrivileges = "default privileges"
  case job

  var rank: Int { Self.ranks[self] ?? 0 }

  private static let ranks = Dictionary(
    uniqueKeysWithValues: zip(allCases, 0...))
}

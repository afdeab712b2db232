/// The five characters by which PostgreSQL names an error.
public struct SQLState: Sendable, Hashable, RawRepresentable, ExpressibleByStringLiteral,
  CustomStringConvertible
{
  public let rawValue: String

  public init(rawValue: String) { self.rawValue = rawValue }
  public init(stringLiteral value: String) { rawValue = value }

  /// The first two characters, such as `23` for broken constraints.
  public var category: Substring { rawValue.prefix(2) }
  public var description: String { rawValue }

  public static let uniqueViolation: SQLState = "23505"
  public static let foreignKeyViolation: SQLState = "23503"
  public static let checkViolation: SQLState = "23514"
  public static let notNullViolation: SQLState = "23502"
  public static let insufficientPrivilege: SQLState = "42501"
  public static let undefinedTable: SQLState = "42P01"
  public static let undefinedObject: SQLState = "42704"
  public static let syntaxError: SQLState = "42601"
  public static let readOnlyTransaction: SQLState = "25006"
  public static let inFailedTransaction: SQLState = "25P02"
  public static let serializationFailure: SQLState = "40001"
  public static let deadlockDetected: SQLState = "40P01"
  public static let lockNotAvailable: SQLState = "55P03"
  public static let queryCancelled: SQLState = "57014"
  public static let adminShutdown: SQLState = "57P01"
  public static let cannotConnectNow: SQLState = "57P03"
  public static let invalidPassword: SQLState = "28P01"
  public static let invalidCatalogName: SQLState = "3D000"
  public static let tooManyConnections: SQLState = "53300"
  static let invalidStatementName: SQLState = "26000"
  static let featureNotSupported: SQLState = "0A000"
}

/// A script as it is sent: statement after statement, its files included and its variables replaced.
public struct SQLScript: Sendable {
  /// What the statements' ranges are ranges of. It knows the file and line of each byte.
  public let source: SQLSource
  public let statements: [SQLStatement]
  public let directives: [DirectiveComment]
  /// The script for the record: the text of included files where they were included, and variables by their names,
  /// for their values may be secrets. The script's own bytes where it includes nothing.
  public let written: [UInt8]
  /// The values that the script was given from outside, by variable: what no output may show.
  public let givenValues: [String: String]
  /// The paths of the files that it includes.
  public let includedFiles: [String]
}

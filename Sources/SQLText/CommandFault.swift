/// Why a psql command in a script is not obeyed.
public enum CommandFault: Error, Sendable, Hashable, CustomStringConvertible {
  case unknown(String)
  /// `\;`, which sends several statements as one.
  case joinedStatements
  case argumentMissing(String)
  case extraArgument(String)
  case unterminatedQuote
  /// A program in backquotes.
  case program
  case inValue(of: String)
  case dataBehindValue(of: String)
  case includeInStatement
  case unreadable(path: String, reason: String)
  case cycle([String])
  case tooDeep(Int)
  case variableName(String)
  case variableValue(String)
  /// A variable that changes how psql runs what follows.
  case behaviour(variable: String)
  case restricted(String)
  case notRestricted
  case wrongKey

  public var description: String {
    switch self {
    case .unknown(let command): Self.unknown(command)
    case .joinedStatements: "\"\\;\" sends statements together as one; write them one after another"
    case .argumentMissing(let command): "\"\(command)\" needs an argument"
    case .extraArgument(let command): "\"\(command)\" takes one argument; put quotes around one with blanks"
    case .unterminatedQuote: "this quote is never closed on its line"
    case .program: "a script does not run programs; hand the value over with \"-- muster: env NAME\""
    case .inValue(let variable):
      "the value of variable \"\(variable)\" holds a psql command; only SQL may come out of a variable"
    case .dataBehindValue(let variable):
      "the value of variable \"\(variable)\" goes on behind COPY … FROM STDIN; end it there"
    case .includeInStatement:
      "a file included in the middle of a statement would run before it; end the statement with a semicolon"
    case .unreadable(let path, let reason): "\(path) cannot be included: \(reason)"
    case .cycle(let paths): "files include each other without end: " + paths.joined(separator: " → ")
    case .tooDeep(let limit): "files include each other more than \(limit) deep"
    case .variableName(let name):
      "\"\(name)\" is no name of a variable; it takes letters, digits and underscores"
    case .variableValue(let name): "the value of \"\(name)\" is not UTF-8 without NUL"
    case .behaviour(let variable):
      "\(variable) would make psql go on after errors or change where statements and transactions end; a migration"
        + " always stops at the first error, so remove this"
    case .restricted(let command): "\"\(command)\" after \\restrict, which allows none but \\unrestrict"
    case .notRestricted: "\\unrestrict without a \\restrict before it"
    case .wrongKey: "\\unrestrict has another key than \\restrict"
    }
  }

  private static func unknown(_ command: String) -> String {
    let remark =
      "\"\(command)\" is a command of psql, not SQL; of those only \\i, \\ir, \\set, \\unset and"
      + " \\restrict are obeyed"
    guard command == "\\getenv" else { return remark }
    return remark + "; \"-- muster: env NAME\" makes the environment's NAME be :NAME"
  }
}

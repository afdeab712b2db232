/// Text that cannot be cut into statements, with the place where that shows.
public struct SQLTextError: Error, Sendable, CustomStringConvertible {
  public enum Fault: Sendable, Hashable {
    /// Not UTF-8; the associated value is true when the text begins like UTF-16.
    case invalidUTF8(Bool)
    case nulByte
    case unterminatedString
    case unterminatedDollarString(tag: String)
    case unterminatedIdentifier
    case emptyIdentifier
    case unterminatedComment
    case unclosedParenthesis
    case unfinishedBody
    case directiveWithoutName
    case command(CommandFault)
    /// `-- muster: env NAME`, and there is no such thing in the environment.
    case environmentMissing(String)
  }

  public let fault: Fault
  public let place: SourcePlace

  /// The name of the text at fault, which may be an included file.
  public var source: String { place.source }
  public var position: SourcePosition { place.position }
  /// The source line with a caret under the place.
  public var excerpt: String { place.excerpt }

  init(_ fault: Fault, at place: SourcePlace) {
    self.fault = fault
    self.place = place
  }

  public var description: String { "\(place): \(message)\n\(excerpt)" }

  /// What is wrong and what to do, without the place.
  public var message: String {
    switch fault {
    case .invalidUTF8(let isUTF16):
      isUTF16
        ? "the text is UTF-16; save it as UTF-8" : "this byte is not valid UTF-8; save the file as UTF-8"
    case .nulByte: "a NUL byte, which SQL text cannot hold"
    case .unterminatedString: "this string is never closed; a ' is missing after here"
    case .unterminatedDollarString(let tag):
      "this dollar-quoted string is never closed; \(tag) is missing after here"
    case .unterminatedIdentifier: "this quoted identifier is never closed; a \" is missing after here"
    case .emptyIdentifier: "a quoted identifier cannot be empty"
    case .unterminatedComment: "this comment is never closed; a */ is missing after here"
    case .unclosedParenthesis: "this parenthesis is never closed; a ) is missing after here"
    case .unfinishedBody: "this BEGIN ATOMIC body is never closed; an END is missing after here"
    case .command(let fault): fault.description
    case .environmentMissing(let name):
      "the environment has no \(name), which this script takes as :\(name); set it, empty if it is to be empty"
    case .directiveWithoutName: "a directive without a name; write \"-- muster: name\""
    }
  }
}

/// A message that does not follow the replication protocol: where the reader stood, and what was wrong there.
///
/// It means that server and client disagree about the protocol, or that bytes were lost. Nothing after it can be trusted,
/// so the stream ends; starting again from the slot repeats what was not confirmed.
public struct MalformedMessage: Error, Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    case empty
    case tooShort(needed: Int, left: Int)
    case unterminatedString
    case notUTF8
    case negativeCount(Int)
    case trailing(bytes: Int)
    case unknownMessage(UInt8)
    case unknownValue(UInt8)
    case streamInsideStream
    case noStreamToStop
  }

  /// The protocol's name of the message (`Insert`, `XLogData`), as far as it was known.
  public var message: String
  /// Bytes from the start of the message to the place that is wrong.
  public var offset: Int
  public var reason: Reason

  public init(message: String, offset: Int, reason: Reason) {
    self.message = message
    self.offset = offset
    self.reason = reason
  }
}

extension MalformedMessage: CustomStringConvertible {
  public var description: String {
    "malformed replication message (\(message), byte \(offset)): \(reason)"
  }
}

extension MalformedMessage.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .empty: "it has no bytes at all"
    case .tooShort(let needed, let left): "\(needed) more bytes are needed and \(left) are left"
    case .unterminatedString: "a string has no end"
    case .notUTF8: "a text is not UTF-8; a database in SQL_ASCII can hold such text, no other encoding can"
    case .negativeCount(let count): "a count or length is \(count)"
    case .trailing(let bytes): "\(bytes) bytes follow the end of the message"
    case .unknownMessage(let kind):
      "no message is called \(Self.character(kind)) in protocol versions 1 and 2"
    case .unknownValue(let kind): "\(Self.character(kind)) is none of the values that may stand here"
    case .streamInsideStream: "a streamed block starts inside another one"
    case .noStreamToStop: "a streamed block stops that did not start"
    }
  }

  private static func character(_ byte: UInt8) -> String {
    (0x21...0x7E).contains(byte) ? "'\(Character(Unicode.Scalar(byte)))'" : "byte \(byte)"
  }
}

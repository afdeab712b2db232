import PostgresClient

/// Why a stream ended that nobody stopped.
public struct ReplicationError: Error, Sendable {
  public enum Cause: Error, Sendable {
    case database(PostgresError)
    case malformed(MalformedMessage)
    case unexpected(UnexpectedMessage)
    /// The server ended the stream: it is shutting down, or was told to end this session.
    case endedByServer
  }

  public var slot: String
  /// Up to where the slot's changes were confirmed; the next stream begins there.
  public var confirmed: LSN
  public var cause: Cause

  public init(slot: String, confirmed: LSN, cause: Cause) {
    self.slot = slot
    self.confirmed = confirmed
    self.cause = cause
  }
}

extension ReplicationError: CustomStringConvertible {
  public var description: String {
    """
    the replication stream from slot "\(slot)" failed: \(cause)
    confirmed up to \(confirmed); what came after will be sent again when a stream starts from the slot
    """
  }
}

extension ReplicationError.Cause: CustomStringConvertible {
  public var description: String {
    switch self {
    case .database(let error): "\(error)"
    case .malformed(let error): "\(error)"
    case .unexpected(let error): "\(error)"
    case .endedByServer: "the server ended it, as it does when it shuts down"
    }
  }
}

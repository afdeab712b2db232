/// What a stream reads, and how.
public struct StreamOptions: Sendable, Hashable {
  public enum Slot: Sendable, Hashable {
    /// Made for this stream and gone with it: changes start at its creation, and nothing can be resumed.
    case temporary(String)
    /// Made before with ``ReplicationSlot/create(_:on:)``; remembers what was confirmed, and holds back the log until then.
    case durable(String)

    public var name: String {
      switch self {
      case .temporary(let name), .durable(let name): name
      }
    }
  }

  public var slot: Slot
  public var publications: [String]
  /// Where to start, if later than where the slot stands.
  public var start: LSN = .zero
  /// Whether to be sent what `pg_logical_emit_message` writes.
  public var includesMessages = false
  /// Whether to be sent large transactions while they go on. They are then held in this process's memory until they
  /// commit; otherwise the server keeps them on its disk.
  public var streamsLargeTransactions = false
  /// Whether values come in their binary form where their types have one.
  public var sendsBinary = false
  /// How often the server is told how far the stream has come, idle or not. It must hear of it twice within its
  /// `wal_sender_timeout`.
  public var statusInterval: Duration = .seconds(1)
  /// The most events that are handed off at once.
  public var largestBatch = 1_000

  public init(slot: Slot, publications: [String]) {
    self.slot = slot
    self.publications = publications
  }
}

// The grammar of these commands is not SQL's: their keywords are upper case.
extension StreamOptions {
  package var createCommand: String? {
    switch slot {
    case .durable: nil
    case .temporary(let name):
      "CREATE_REPLICATION_SLOT \(identifier(name)) TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')"
    }
  }

  package var startCommand: String {
    let names = publications.map(identifier).joined(separator: ",")
    var options = [
      "proto_version \(literal(streamsLargeTransactions ? "2" : "1"))", "publication_names \(literal(names))",
    ]
    if includesMessages { options.append("messages 'true'") }
    if streamsLargeTransactions { options.append("streaming 'true'") }
    if sendsBinary { options.append("binary 'true'") }
    let list = options.joined(separator: ", ")
    return "START_REPLICATION SLOT \(identifier(slot.name)) LOGICAL \(start) (\(list))"
  }

  private func identifier(_ name: String) -> String {
    "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }

  private func literal(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}

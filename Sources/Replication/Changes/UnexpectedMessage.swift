/// A well-formed message that cannot come at this point of the stream.
public enum UnexpectedMessage: Error, Sendable, Hashable {
  case outsideTransaction(message: String)
  case insideTransaction(message: String, open: TransactionID)
  case unknownRelation(id: UInt32)
  case columnCount(relation: String, expected: Int, found: Int)
  case unknownStreamedTransaction(TransactionID)
}

extension UnexpectedMessage: CustomStringConvertible {
  public var description: String {
    let fault =
      switch self {
      case .outsideTransaction(let message): "\(message) outside any transaction"
      case .insideTransaction(let message, let open): "\(message) while transaction \(open) is open"
      case .unknownRelation(let id): "a change of relation \(id), which the server has not described"
      case .columnCount(let relation, let expected, let found):
        "a row of \(relation) with \(found) values; the server described \(expected) columns"
      case .unknownStreamedTransaction(let id): "the end of streamed transaction \(id), which never started"
      }
    return "unexpected replication message: \(fault); the stream must be started again from its slot"
  }
}

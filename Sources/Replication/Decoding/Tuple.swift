/// One value of a row version, as the server sent it.
public enum TupleValue: Sendable, Hashable {
  case null
  /// A large value (TOAST) that this update did not touch: the server does not read it again to send it.
  case unchanged
  /// The output of the type's own text form.
  case text(String)
  /// The output of the type's send function; only when the stream was started with `binary`.
  case binary([UInt8])

  /// The value's text form, if that is what was sent.
  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}

/// The values of a row version in the order of the relation's columns.
public typealias Tuple = [TupleValue]

/// What is known of a row version that an update or delete replaced.
public enum OldTuple: Sendable, Hashable {
  /// The columns of the replica identity; all others are null. Updates carry it only when they changed the key.
  case key(Tuple)
  /// All columns: the relation has REPLICA IDENTITY FULL.
  case full(Tuple)

  public var values: Tuple {
    switch self {
    case .key(let values), .full(let values): values
    }
  }
}

extension ByteCursor {
  mutating func tuple() throws(MalformedMessage) -> Tuple {
    let count = try count(Int16.self, ofSize: 1)
    var values = Tuple()
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try tupleValue()) }
    return values
  }

  private mutating func tupleValue() throws(MalformedMessage) -> TupleValue {
    let start = offset
    let kind = try byte()
    switch kind {
    case UInt8(ascii: "n"): return .null
    case UInt8(ascii: "u"): return .unchanged
    case UInt8(ascii: "t"): return .text(try text(length: try count(Int32.self, ofSize: 1)))
    case UInt8(ascii: "b"): return .binary(try bytes(length: try count(Int32.self, ofSize: 1)))
    default: throw fault(.unknownValue(kind), at: start)
    }
  }
}

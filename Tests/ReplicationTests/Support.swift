import PostgresClient
import Replication

/// The messages of a recording, decoded one after another.
func decode(_ recording: [[UInt8]]) throws -> [DecodedMessage] {
  var decoder = MessageDecoder()
  return try recording.map { try decoder.decode($0[...]) }
}

/// What a consumer gets of a recording.
func assemble(_ recording: [[UInt8]]) throws -> [StreamEvent] {
  var assembler = ChangeAssembler()
  var events: [StreamEvent] = []
  for message in try decode(recording) { try assembler.receive(message, into: &events) }
  return events
}

/// A few words for each event, for comparing whole transactions at a glance.
func summary(_ events: [StreamEvent]) -> [String] {
  events.map { event in
    switch event {
    case .begin: "begin"
    case .commit: "commit"
    case .origin(let origin): "origin \(origin.name)"
    case .message(let message):
      "message \(message.prefix): \(String(decoding: message.content, as: UTF8.self))"
    case .change(let change): summary(change)
    }
  }
}

func summary(_ change: Change) -> String {
  switch change {
  case .insert(let relation, let new): "insert \(relation.name) \(summary(new))"
  case .update(let relation, nil, let new): "update \(relation.name) \(summary(new))"
  case .update(let relation, .key(let old)?, let new):
    "update \(relation.name) key \(summary(old)) to \(summary(new))"
  case .update(let relation, .full(let old)?, let new):
    "update \(relation.name) \(summary(old)) to \(summary(new))"
  case .delete(let relation, .key(let old)): "delete \(relation.name) key \(summary(old))"
  case .delete(let relation, .full(let old)): "delete \(relation.name) \(summary(old))"
  case .truncate(let relations, let cascades, let restartsIdentity):
    "truncate \(relations.map(\.name).joined(separator: " "))"
      + (cascades ? " cascade" : "") + (restartsIdentity ? " restart" : "")
  }
}

func summary(_ tuple: Tuple) -> String {
  let values = tuple.map { value in
    switch value {
    case .null: "null"
    case .unchanged: "unchanged"
    case .text(let text): text.utf8.count > 40 ? "\(text.utf8.count) bytes" : text
    case .binary(let bytes): "\(bytes)"
    }
  }
  return "(\(values.joined(separator: ", ")))"
}

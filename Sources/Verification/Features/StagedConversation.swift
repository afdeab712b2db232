import PostgresClient

/// A request, and the conversation of the two whom it brought together, made for a check.
struct StagedConversation: Sendable {
  var id: String
  var request: String
  var requester: Persona
  var traveler: Persona

  /// One signs up and asks, the other answers, as clients would.
  static func make(_ stage: Stage) throws -> StagedConversation {
    let (requester, traveler) = (try stage.signUp("requester"), try stage.signUp("traveler"))
    let request = try stage.as(requester) {
      try stage.value("insert into public.service_requests (title) values ('Dried mangoes') returning id")
        ?? ""
    }
    let id = try stage.as(traveler) {
      try stage.value(
        """
        insert into public.conversations (request_id, requester_id)
        values (\(request), \(requester.id)) returning id
        """) ?? ""
    }
    return StagedConversation(id: id, request: request, requester: requester, traveler: traveler)
  }

  func write(_ text: String, as sender: Persona, _ stage: Stage) throws {
    try stage.as(sender) {
      _ = try stage.query(
        "insert into public.messages (conversation_id, message_text) values (\(id), \(text))")
    }
  }

  @discardableResult
  func read(as reader: Persona, _ stage: Stage) throws -> Int {
    try stage.as(reader) { try stage.number("select public.mark_conversation_read(\(id))") }
  }

  /// The unread counts of requester and traveler.
  func unread(_ stage: Stage) throws -> String {
    try stage.value(
      """
      select concat_ws(' ', requester_unread_count, traveler_unread_count)
      from public.conversations where id = \(id)
      """) ?? ""
  }
}

import PostgresClient

extension Act {
  /// What the client sends: one implicit transaction with its role, its claims and the call, as PostgREST would make it.
  /// `holds` has the ids that the database has given to holds.
  func statements(holds: [HoldName: Int]) -> [Statement] {
    var call = deed.call(holds: holds)
    call.isPrepared = true
    call.syncAfter = true
    return [.acting(as: persona), call]
  }
}

extension Statement {
  /// Takes on a role and claims until the transaction ends.
  static func acting(as persona: Persona) -> Statement {
    Statement(
      "select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)",
      [persona.role, persona.claims ?? ""], prepared: true)
  }
}

extension Deed {
  fileprivate func call(holds: [HoldName: Int]) -> Statement {
    // A hold whose start failed has no id; the failure has been reported, and -1 is nobody's.
    func id(_ hold: HoldName) -> Int { holds[hold] ?? -1 }
    return switch self {
    case .registerSession(let session): Statement("select public.register_session($1)", [session])
    case .beatSession(let session): Statement("select public.heartbeat_session($1)", [session])
    case .endSession(let session): Statement("select public.end_session($1)", [session])
    case .joinRoom(let room): Statement("select public.join_room($1)", [room])
    case .beatRoom(let room, let session, let competition):
      Statement("select public.participant_heartbeat($1, $2, $3)", [room, session, competition])
    case .leaveRoom(let room, let session): Statement("select public.leave_room($1, $2)", [room, session])
    case .startHold(_, let poll): Statement("select public.start_hold($1)", [poll])
    case .beatHold(let hold): Statement("select public.hold_heartbeat($1)", [id(hold)])
    case .releaseHold(let hold): Statement("select public.release_hold($1)", [id(hold)])
    case .castVote(let hold, let option): Statement("select public.cast_vote($1, $2)", [id(hold), option])
    case .sendMessage(let conversation, let text):
      Statement(
        "insert into public.messages (conversation_id, message_text) values ($1, $2)", [conversation, text])
    case .readConversation(let conversation):
      Statement("select public.mark_conversation_read($1)", [conversation])
    case .viewPage(let session, let path):
      Statement("select public.record_heartbeat($1, $2)", [session, path])
    }
  }
}

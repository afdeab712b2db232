/// Says what every deed must come to and what every count, list and unread number must be, from the seeds' promises alone.
///
/// It is a value and never looks at the database: what it says is worth something because it was worked out another way.
package struct Oracle: Sendable {
  package var activeUsers = ActiveUsersOracle()
  package var rooms: RoomsOracle
  package var polls = PollsOracle()
  package var chat: ChatOracle
  package var traffic = TrafficOracle()

  package init(world: World) {
    rooms = RoomsOracle(uncounted: world.uncountedUsers)
    chat = ChatOracle(parties: world.conversations)
  }

  /// Takes note of an act and says what must come of it.
  package mutating func expect(_ act: Act, at now: Int) -> Expectation {
    let user = act.persona.id ?? ""
    switch act.deed {
    case .registerSession(let session): activeUsers.register(session, at: now)
    case .beatSession(let session): activeUsers.beat(session, at: now)
    case .endSession(let session): activeUsers.end(session)
    case .joinRoom(let room): rooms.join(user, room: room, at: now)
    case .beatRoom(let room, let session, let competition):
      rooms.beat(user, room: room, session: session, competition: competition, at: now)
    case .leaveRoom(let room, let session): rooms.leave(user, room: room, session: session, at: now)
    case .startHold(let hold, let poll): polls.start(hold, poll: poll, user: user, at: now)
    case .beatHold(let hold): return polls.beat(hold, at: now)
    case .releaseHold(let hold): return polls.release(hold)
    case .castVote(let hold, let option): return polls.vote(hold, option: option, at: now)
    case .sendMessage(let conversation, _): return chat.send(to: conversation, by: user)
    case .readConversation(let conversation): chat.read(conversation, by: user)
    case .viewPage(let session, let path):
      traffic.view(path, session: session, user: act.persona.id, at: now)
    }
    return .success
  }

  /// Runs the sweeps that are due at this second, each at its feature's own interval.
  ///
  /// - Returns: how many rows each swept relation must lose or end.
  package mutating func sweepWhatIsDue(at now: Int) -> [Sweep: Int] {
    let clock = now + World.startOfClock
    var swept: [Sweep: Int] = [:]
    if clock.isMultiple(of: ActiveUsersOracle.sweepInterval) {
      swept[.activeUsers] = activeUsers.sweep(at: now)
    }
    if clock.isMultiple(of: RoomsOracle.sweepInterval) { swept[.participants] = rooms.sweep(at: now) }
    if clock.isMultiple(of: PollsOracle.sweepInterval) { swept[.holds] = polls.sweep(at: now) }
    return swept
  }
}

/// The relations that are swept, each at an interval of its own.
package enum Sweep: String, Sendable, CaseIterable {
  case activeUsers = "public.active_users"
  case participants = "public.room_participants"
  case holds = "public.button_holds"
}

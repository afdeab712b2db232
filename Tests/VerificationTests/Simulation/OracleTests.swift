import PostgresClient
import Testing
import Verification

@Suite struct ActiveUsersOracleTests {
  @Test func aSessionIsStaleAtExactlyItsThreshold() {
    var oracle = ActiveUsersOracle()
    oracle.register("a", at: 0)
    #expect(oracle.count(at: 59) == 1)
    #expect(oracle.count(at: 60) == 0)
  }

  @Test func aBeatAfterTheSweepComesBackToTheRoll() {
    var oracle = ActiveUsersOracle()
    oracle.register("a", at: 0)
    #expect(oracle.sweep(at: 60) == 1)
    #expect(oracle.sweep(at: 60) == 0)
    oracle.beat("a", at: 61)
    #expect(oracle.count(at: 61) == 1)
  }
}

@Suite struct RoomsOracleTests {
  private func oracle() -> RoomsOracle { RoomsOracle(uncounted: [1: ["teacher"], 2: []]) }

  @Test func tabsOfOneUserCountOnceAndTheClosingElderEndsNothing() {
    var oracle = oracle()
    oracle.beat("u", room: 1, session: "elder", competition: nil, at: 0)
    oracle.beat("u", room: 1, session: "younger", competition: nil, at: 1)
    #expect(oracle.active(inRoom: 1, at: 1) == ["u"])
    oracle.leave("u", room: 1, session: "elder", at: 2)
    #expect(oracle.active(inRoom: 1, at: 2) == ["u"])
    oracle.leave("u", room: 1, session: "younger", at: 2)
    #expect(oracle.active(inRoom: 1, at: 2).isEmpty)
  }

  @Test func teachersAreNotCountedWhereTheyTeach() {
    var oracle = oracle()
    oracle.beat("teacher", room: 1, session: "s", competition: nil, at: 0)
    oracle.beat("teacher", room: 2, session: "s", competition: nil, at: 0)
    #expect(oracle.active(inRoom: 1, at: 0).isEmpty)
    #expect(oracle.active(inRoom: 2, at: 0) == ["teacher"])
  }

  @Test func theSweepEndsTheCompetitionToo() {
    var oracle = oracle()
    oracle.beat("u", room: 1, session: "s", competition: 7, at: 0)
    #expect(oracle.active(inCompetition: 7, ofRoom: 1, at: 29) == ["u"])
    #expect(oracle.active(inCompetition: 7, ofRoom: 1, at: 30).isEmpty)
    #expect(oracle.sweep(at: 30) == 1)
    oracle.join("u", room: 1, at: 31)
    #expect(oracle.active(inRoom: 1, at: 31) == ["u"])
    #expect(oracle.active(inCompetition: 7, ofRoom: 1, at: 31).isEmpty)
  }
}

@Suite struct PollsOracleTests {
  private let hold = HoldName(client: 1, number: 1)

  @Test func aVoteCountsFromTheThirdSecondOn() {
    var oracle = PollsOracle()
    oracle.start(hold, poll: 1, user: "u", at: 0)
    #expect(oracle.vote(hold, option: 5, at: 2) == .refusal(PollsOracle.Refusal.holdIsTooShort))
    #expect(oracle.vote(hold, option: 5, at: 3) == .success)
    #expect(oracle.votes(forOption: 5) == 1)
    #expect(oracle.holders(at: 3) == 0)
  }

  @Test func aHoldThatStoppedBeatingMayNotVote() {
    var oracle = PollsOracle()
    oracle.start(hold, poll: 1, user: "u", at: 0)
    #expect(oracle.holders(at: 9) == 1)
    #expect(oracle.holders(at: 10) == 0)
    #expect(oracle.vote(hold, option: 5, at: 10) == .refusal(PollsOracle.Refusal.holdIsOver))
    #expect(oracle.sweep(at: 30) == 1)
    #expect(oracle.vote(hold, option: 5, at: 30) == .refusal(PollsOracle.Refusal.holdIsOver))
  }

  @Test func nobodyVotesTwiceInAPoll() {
    var oracle = PollsOracle()
    oracle.start(hold, poll: 1, user: "u", at: 0)
    #expect(oracle.vote(hold, option: 5, at: 4) == .success)
    let second = HoldName(client: 1, number: 2)
    oracle.start(second, poll: 1, user: "u", at: 5)
    #expect(oracle.vote(second, option: 6, at: 9) == .refusal(PollsOracle.Refusal.hasVoted))
    #expect(oracle.votes(forOption: 6) == 0)
  }
}

@Suite struct ChatOracleTests {
  @Test func unreadIsCountedForTheOtherPartyUntilItReads() {
    var oracle = ChatOracle(parties: ["c": .init(requester: "r", traveler: "t")])
    #expect(oracle.send(to: "c", by: "r") == .success)
    #expect(oracle.send(to: "c", by: "r") == .success)
    #expect(oracle.send(to: "c", by: "t") == .success)
    #expect(oracle.state(of: "c") == .init(messages: 3, unreadByRequester: 1, unreadByTraveler: 2))
    oracle.read("c", by: "t")
    #expect(oracle.state(of: "c") == .init(messages: 3, unreadByRequester: 1, unreadByTraveler: 0))
  }

  @Test func strangersAreRefusedAndChangeNothing() {
    var oracle = ChatOracle(parties: ["c": .init(requester: "r", traveler: "t")])
    #expect(oracle.send(to: "c", by: "x") == .refusal(.insufficientPrivilege))
    #expect(oracle.state(of: "c") == .init())
  }
}

@Suite struct TrafficOracleTests {
  @Test func aSessionCountsOnItsLatestPageUnderItsLatestIdentity() {
    var oracle = TrafficOracle()
    oracle.view("/a", session: "s", user: nil, at: 0)
    oracle.view("/b", session: "s", user: "u", at: 1)
    oracle.view("/b", session: "t", user: "u", at: 2)
    let live = oracle.live(at: 2)
    #expect(live.activeUsers == 1)
    #expect(live.activeSessions == 2)
    #expect(live.authenticatedSessions == 2)
    #expect(live.anonymousSessions == 0)
    #expect(live.topPages.map { "\($0.path)=\($0.count)" } == ["/b=2"])
  }

  @Test func fivePagesAreShownTheMostReadFirstAndEqualsByPath() {
    var oracle = TrafficOracle()
    for (index, path) in ["/f", "/e", "/d", "/c", "/b", "/a", "/a"].enumerated() {
      oracle.view(path, session: "\(index)", user: nil, at: 0)
    }
    #expect(oracle.live(at: 0).topPages.map(\.path) == ["/a", "/b", "/c", "/d", "/e"])
    #expect(oracle.live(at: 60).activeSessions == 0)
    #expect(oracle.live(at: 60).topPages.isEmpty)
  }
}

import PostgresClient
import Replication
import Testing
import Verification

@Suite("Audience") struct AudienceTests {
  private let start = ContinuousClock.now
  private static let anna = Persona.signedIn("00000000-0000-4000-8000-000000000001", name: "anna")
  private static let query = Query("select $1", "7")
  private static let told = [Subscription("public.notes", where: "room", is: "7")]

  private var audience = Audience([
    Subscriber(Viewpoint(anna, query), told),
    Subscriber(Viewpoint(anna, query), told),
    Subscriber(Viewpoint(.anonymous, query), told, onlyEver: "nothing"),
  ])

  @Test mutating func `a page that opens asks once for each identity`() {
    #expect(audience.takeErrands(atMost: 10).map(\.viewpoint.persona.name) == ["anon", "anna"])
    #expect(audience.takeErrands(atMost: 10).isEmpty)
    #expect(!audience.isReady)
  }

  @Test mutating func `a change makes those ask again whom it concerns`() {
    open()
    audience.hear(insert(room: "8"))
    #expect(audience.takeErrands(atMost: 10).isEmpty)
    audience.hear(insert(room: "7"))
    #expect(audience.takeErrands(atMost: 10).count == 2)
  }

  @Test mutating func `everybody who shares an identity learns, and is timed, by himself`() {
    open()
    audience.expect("insert", [0: "new", 1: "new", 2: "nothing"], from: start)
    audience.hear(insert(room: "7"))
    answer("new", "nothing", after: .milliseconds(5))
    #expect(audience.isSettled)
    audience.conclude()
    #expect(audience.report.latencies.count == 2)
    #expect(audience.report.findings.isEmpty)
  }

  @Test mutating func `an answer that is older than the change is asked for again`() {
    open()
    audience.hear(insert(room: "7", transaction: 10))
    let errands = audience.takeErrands(atMost: 10)
    // Transaction 10 was still in progress for this query, although its commit was in the stream already.
    audience.take(errands.map { reading($0, "old", "10:11:10") }, at: start)
    let again = audience.takeErrands(atMost: 10)
    #expect(again.count == 2)
    audience.take(again.map { reading($0, "new", "11:11:") }, at: start)
    #expect(audience.takeErrands(atMost: 10).isEmpty)
  }

  @Test mutating func `a change that comes while a question is out asks again afterwards`() {
    open()
    audience.hear(insert(room: "7", transaction: 10))
    let errands = audience.takeErrands(atMost: 10)
    audience.hear(insert(room: "7", transaction: 11))
    #expect(audience.takeErrands(atMost: 10).isEmpty, "the answers would overtake each other")
    audience.take(errands.map { reading($0, "first", "11:11:") }, at: start)
    #expect(audience.takeErrands(atMost: 10).count == 2)
  }

  @Test mutating func `whoever is not right at the end has missed the change`() {
    open()
    audience.expect("insert", [0: "new", 1: "new"], from: start)
    audience.hear(insert(room: "7"))
    answer("old", "nothing", after: .milliseconds(5))
    audience.conclude()
    #expect(audience.report.findings.map(\.message) == ["2 subscribers missed a change"])
  }

  @Test mutating func `an answer that was right and is wrong at the end is a miss`() {
    open()
    audience.expect("insert", [0: "new", 1: "new"], from: start)
    for text in ["new", "wrong"] {
      audience.hear(insert(room: "7"))
      answer(text, "nothing", after: .milliseconds(5))
    }
    audience.conclude()
    #expect(audience.report.findings.map(\.message) == ["2 subscribers missed a change"])
  }

  @Test mutating func `who sees what he may not is a finding, even if only for a moment`() {
    open()
    audience.expect("insert", [0: "new"], from: start)
    audience.hear(insert(room: "7"))
    answer("new", "secret", after: .milliseconds(5))
    audience.hear(insert(room: "7"))
    answer("new", "nothing", after: .milliseconds(6))
    audience.conclude()
    #expect(audience.report.findings.map(\.message) == ["1 answers showed what their readers may not see"])
    #expect(audience.report.findings[0].detail.contains("secret"))
  }

  @Test mutating func `a round goes on while somebody who may see nothing is still being asked`() {
    open()
    audience.expect("insert", [0: "new", 1: "new"], from: start)
    audience.hear(insert(room: "7"))
    let errands = audience.takeErrands(atMost: 10)
    for errand in errands.sorted(by: { $0.viewpoint.persona.name < $1.viewpoint.persona.name }).reversed() {
      #expect(!audience.isSettled)
      audience.take(
        [reading(errand, errand.viewpoint.persona.id == nil ? "nothing" : "new", "99:99:")], at: start)
    }
    #expect(audience.isSettled)
  }

  @Test mutating func `more than a second is too late`() {
    open()
    audience.expect("insert", [0: "new", 1: "new"], from: start)
    audience.hear(insert(room: "7"))
    answer("new", "nothing", after: .milliseconds(1_200))
    audience.conclude()
    #expect(audience.report.findings.map(\.message) == ["the slowest subscriber was told after 1200 ms"])
  }

  @Test mutating func `a round in which nobody learns anything tests nothing`() {
    open()
    audience.expect("nothing", [0: "old"], from: start)
    audience.conclude()
    #expect(audience.report.findings.count == 1)
  }

  // MARK: Helpers

  private mutating func open() {
    answer("old", "nothing", after: .zero)
    #expect(audience.isReady)
  }

  private mutating func answer(_ anna: String, _ visitor: String, after duration: Duration) {
    let readings = audience.takeErrands(atMost: 10).map { errand in
      reading(errand, errand.viewpoint.persona.name == "anna" ? anna : visitor, "99:99:")
    }
    audience.take(readings, at: start + duration)
  }

  private func reading(_ errand: Audience.Errand, _ answer: String, _ snapshot: String) -> Audience.Reading {
    Audience.Reading(number: errand.number, answer: answer, snapshot: Snapshot(snapshot))
  }

  private func insert(room: String, transaction: TransactionID = 5) -> [StreamEvent] {
    [
      .begin(.init(commitLSN: .zero, commitTime: .init(microseconds: 0), transaction: transaction)),
      .change(.insert(notes, new: [.text("1"), .text(room)])),
      .commit(.init(commitLSN: .zero, endLSN: .zero, commitTime: .init(microseconds: 0))),
    ]
  }
}

private let notes = Relation(
  id: 1, schema: "public", name: "notes", replicaIdentity: .primaryKey,
  columns: [.init(name: "id", type: 23, isKey: true), .init(name: "room", type: 25)])

@Suite("Subscription index") struct SubscriptionIndexTests {
  private var index = SubscriptionIndex()

  init() {
    index.add(Subscription("public.notes", where: "room", is: "7"), of: 7)
    index.add(Subscription("public.notes", where: "room", is: "8"), of: 8)
    index.add(Subscription("public.notes", where: "id", is: "1"), of: 1)
    index.add(Subscription("public.notes"), of: 0)
    index.add(Subscription("public.others"), of: 99)
  }

  @Test func `a filter matches the new row`() {
    #expect(index.listeners(to: .insert(notes, new: [.text("2"), .text("7")])) == [0, 7])
  }

  @Test func `a row that leaves a filter is news to those behind it`() {
    #expect(
      index.listeners(
        to: .update(notes, old: .full([.text("2"), .text("7")]), new: [.text("2"), .text("8")])) == [0, 7, 8])
  }

  @Test func `of a deleted row only the key is known, and no other filter rules it out`() {
    #expect(index.listeners(to: .delete(notes, old: .key([.text("2"), .null]))) == [0, 7, 8])
    #expect(index.listeners(to: .delete(notes, old: .full([.text("1"), .text("7")]))) == [0, 1, 7])
  }

  @Test func `a truncation concerns all`() {
    #expect(
      index.listeners(to: .truncate([notes], cascades: false, restartsIdentity: false)) == [0, 1, 7, 8])
  }

  @Test func `null matches no filter`() {
    #expect(index.listeners(to: .insert(notes, new: [.text("2"), .null])) == [0])
  }
}

@Suite("Snapshot") struct SnapshotTests {
  @Test(arguments: [
    ("10:20:12,15", TransactionID(9), true), ("10:20:12,15", 11, true), ("10:20:12,15", 12, false),
    ("10:20:12,15", 19, true), ("10:20:12,15", 20, false), ("10:20:12,15", 21, false),
    // The counter has gone round once: 4294967296 is 2^32.
    ("4294967290:4294967300:4294967295", 4_294_967_295, false),
    ("4294967290:4294967300:", 4_294_967_295, true),
    ("4294967290:4294967300:4294967298", 2, false), ("4294967290:4294967300:", 3, true),
    ("4294967290:4294967300:", 4, false),
  ])
  func `what a query saw`(text: String, transaction: TransactionID, isSeen: Bool) {
    #expect(Snapshot(text)?.sees(transaction) == isSeen)
  }

  @Test(arguments: ["", "1:2", "1:2:x", "a:2:", "1:b:", "1:2:3:4"])
  func `what is no snapshot is refused`(text: String) {
    #expect(Snapshot(text) == nil)
  }
}

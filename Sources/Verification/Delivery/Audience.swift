import Replication

/// The state of all simulated subscribers: who must read again, what each of them knows, and since when.
///
/// A value that does nothing by itself: told of changes and of answers, it says what is to be read next and what was seen.
package struct Audience: Sendable {
  package typealias Instant = ContinuousClock.Instant

  package let subscribers: [Subscriber]
  private var index = SubscriptionIndex()
  private var views: [View] = []
  private var queue: [Int] = []
  /// How many questions are out.
  private var outstanding = 0
  private var transaction: TransactionID?
  /// What each subscriber knows; nil before his first answer.
  package private(set) var answers: [String?]
  private var round = Round()
  package private(set) var report = DeliveryReport()

  /// A viewpoint, and those who share it.
  private struct View: Sendable {
    let viewpoint: Viewpoint
    var members: [Int] = []
    var isQueued = false
    var isBeingRead = false
    /// Transactions that the next answer must have seen.
    var awaited: Set<TransactionID> = []
    /// Those that the answer which is being fetched should see.
    var expected: Set<TransactionID> = []
  }

  package init(_ subscribers: [Subscriber]) {
    self.subscribers = subscribers
    answers = Array(repeating: nil, count: subscribers.count)
    var numbers: [Viewpoint: Int] = [:]
    for (member, subscriber) in subscribers.enumerated() {
      let number = numbers[subscriber.viewpoint] ?? views.count
      if number == views.count {
        numbers[subscriber.viewpoint] = number
        views.append(View(viewpoint: subscriber.viewpoint))
      }
      views[number].members.append(member)
      for subscription in subscriber.subscriptions { index.add(subscription, of: number) }
    }
    for number in views.indices { enqueue(number) }  // a page that opens fetches first
    report.subscribers = subscribers.count
    report.identities = Set(subscribers.map(\.viewpoint.persona)).count
  }

  /// Whether everybody knows something.
  package var isReady: Bool { !answers.contains(nil) }
}

// MARK: Reading again

extension Audience {
  /// A question to ask, and the number to give back with its answer.
  package struct Errand: Sendable {
    package let number: Int
    package let viewpoint: Viewpoint
  }

  package struct Reading: Sendable {
    package let number: Int
    package let answer: String
    package let snapshot: Snapshot?

    package init(number: Int, answer: String, snapshot: Snapshot?) {
      self.number = number
      self.answer = answer
      self.snapshot = snapshot
    }
  }

  package mutating func hear(_ events: [StreamEvent]) {
    for event in events {
      switch event {
      case .begin(let begin): transaction = begin.transaction
      case .change(let change):
        report.changes += 1
        for number in index.listeners(to: change) {
          if let transaction { views[number].awaited.insert(transaction) }
          enqueue(number)
        }
      case .commit, .origin, .message: break
      }
    }
  }

  /// What is to be asked next, one role after the other, which spares the server planning; nobody else gets the same until it is answered.
  package mutating func takeErrands(atMost limit: Int) -> [Errand] {
    let taken = queue.prefix(limit).sorted { role(of: $0) < role(of: $1) }
    queue.removeFirst(taken.count)
    outstanding += taken.count
    return taken.map { number in
      views[number].isQueued = false
      views[number].isBeingRead = true
      views[number].expected = views[number].awaited
      views[number].awaited = []
      return Errand(number: number, viewpoint: views[number].viewpoint)
    }
  }

  /// Answers came in, all of them at this instant.
  package mutating func take(_ readings: [Reading], at instant: Instant) {
    outstanding -= readings.count
    for reading in readings {
      report.readings += 1
      let number = reading.number
      let unseen = views[number].expected.filter { reading.snapshot?.sees($0) == false }
      views[number].isBeingRead = false
      views[number].expected = []
      views[number].awaited.formUnion(unseen)
      if !views[number].awaited.isEmpty { enqueue(number) }
      for member in views[number].members { learn(member, reading.answer, at: instant) }
    }
  }

  private func role(of number: Int) -> String { views[number].viewpoint.persona.role }

  private mutating func enqueue(_ number: Int) {
    guard !views[number].isQueued, !views[number].isBeingRead else { return }
    views[number].isQueued = true
    queue.append(number)
  }

  private mutating func learn(_ member: Int, _ answer: String, at instant: Instant) {
    answers[member] = answer
    if let only = subscribers[member].onlyEver, only != answer {
      report.note(
        leak: "\(describe(member)) was answered \(Self.short(answer)), and may only ever see \(only)")
    }
    guard round.wanted[member] == answer, round.open.remove(member) != nil else { return }
    report.latencies.record(instant - round.start)
  }

  private static func short(_ answer: String) -> String {
    answer.count > 80 ? answer.prefix(79) + "…" : answer
  }

  private func describe(_ member: Int) -> String {
    "subscriber \(member), \(subscribers[member].viewpoint.persona.name),"
  }
}

// MARK: Rounds

/// One change that everybody concerned must learn of.
private struct Round: Sendable {
  var name = ""
  var start = ContinuousClock.now
  var wanted: [Int: String] = [:]
  /// Those who have not learned it yet.
  var open: Set<Int> = []
}

extension Audience {
  /// Starts a round: from now on each of these subscribers is to get his answer. Those who have it already are only
  /// held to keep it.
  package mutating func expect(_ name: String, _ wanted: [Int: String], from start: Instant) {
    round = Round(name: name, start: start, wanted: wanted, open: [])
    round.open = Set(wanted.filter { answers[$0.key] != $0.value }.keys)
    report.rounds += 1
    if round.open.isEmpty {
      report.note(miss: "\(name): nobody had anything to learn, so nothing was tested")
    }
  }

  /// Whether everybody concerned has his answer, and nobody is about to get another: least of all one who must not.
  package var isSettled: Bool { round.open.isEmpty && queue.isEmpty && outstanding == 0 }

  /// Ends the round: who is not right now has missed the change.
  ///
  /// - Returns: how many have.
  @discardableResult
  package mutating func conclude() -> Int {
    var missed = 0
    for (member, wanted) in round.wanted.sorted(by: { $0.key < $1.key }) where answers[member] != wanted {
      missed += 1
      let seen = answers[member].map(Self.short) ?? "nothing"
      report.note(
        miss: "\(round.name): \(describe(member)) should see \(Self.short(wanted)), last saw \(seen)")
    }
    round = Round()
    return missed
  }
}

import Foundation
import SQLText
import SeededRandom
import Testing

/// What the grammar takes, it and the splitter cut alike.
@Suite struct FuzzTests {
  /// How many texts each test tries; `MUSTER_FUZZ_ROUNDS` makes it more.
  private static let rounds =
    ProcessInfo.processInfo.environment["MUSTER_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 2000
  private static let seed =
    ProcessInfo.processInfo.environment["MUSTER_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  @Test func `random scripts`() throws {
    var dice = SplitMix64(seed: Self.seed)
    var parsed = 0
    for _ in 0..<Self.rounds {
      let seed = dice.next()
      var random = RandomSQL(seed: seed)
      if try Self.agrees(random.script(), "seed \(seed)") { parsed += 1 }
    }
    // Else it is not the grammar that is tried.
    #expect(parsed > Self.rounds / 2, "\(parsed) of \(Self.rounds) were SQL")
    Self.tell("random scripts", parsed)
  }

  @Test func `damaged random scripts`() throws {
    var dice = SplitMix64.named("damage", seed: Self.seed)
    var parsed = 0
    for _ in 0..<Self.rounds {
      let seed = dice.next()
      var random = RandomSQL(seed: seed)
      let script = random.script()
      if try Self.agrees(random.damaged(script), "damaged, seed \(seed)") { parsed += 1 }
    }
    #expect(parsed > Self.rounds / 20, "\(parsed) of \(Self.rounds) were SQL")
    Self.tell("damaged random scripts", parsed)
  }

  @Test func `damaged cases`() throws {
    let statements = try Cases.names(in: "split").flatMap { name in
      let marked = try Cases.read("split", name)
      return marked.statements.map { String(decoding: Array(marked.text.utf8)[$0], as: UTF8.self) }
    }
    var dice = SplitMix64.named("cases", seed: Self.seed)
    var parsed = 0
    for _ in 0..<Self.rounds {
      let seed = dice.next()
      var random = RandomSQL(seed: seed)
      let some = (0..<3).map { _ in statements.randomElement(using: &dice) ?? "" }
      let text = random.damaged(some.joined(separator: ";\n"))
      if try Self.agrees(text, "damaged case, seed \(seed)") { parsed += 1 }
    }
    #expect(parsed > Self.rounds / 40, "\(parsed) of \(Self.rounds) were SQL")
    Self.tell("damaged cases", parsed)
  }

  /// False where the grammar refuses the text: then it is enough that the splitter ends.
  private static func agrees(_ text: String, _ origin: String) throws -> Bool {
    let source = try SQLSource(name: "fuzz", text: text)
    let split = Result { try Splitter.split(source) }
    // Neither inline data nor psql's commands nor the setting are in the grammar's range.
    let isOutOfRange = ["stdin", "stdout", "standard_conforming_strings"].contains {
      text.lowercased().contains($0)
    }
    guard !isOutOfRange, let theirs = ParserSplit.statements(text) else { return false }
    let ours = try split.get()
    let same =
      ours.statements.count == theirs.count
      && zip(ours.statements, theirs).allSatisfy { ours.source.bytes[$0.range].surrounded(by: $1) }
    #expect(
      same,
      """
      \(origin): \(text.debugDescription)
      ours: \(ours.statements.map { ours.source.text($0.range) })
      theirs: \(theirs.map { String(decoding: $0, as: UTF8.self) })
      """)
    return true
  }

  private static func tell(_ name: String, _ parsed: Int) {
    if rounds > 2000 { print("\(name): \(rounds) texts, \(parsed) of them SQL, all cut alike") }
  }
}

extension ArraySlice<UInt8> {
  fileprivate func surrounded(by text: ArraySlice<UInt8>) -> Bool { Blanks.surround(self, in: text) }
}

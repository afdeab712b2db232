import Foundation
import SystemPackage
import TestSupport
import Testing

/// What the README says is what the software says.
@Suite struct ReadmeTests {
  private func readme() throws -> String {
    try String(contentsOfFile: repository.appending("README.md").string, encoding: .utf8)
  }

  @Test func thePromisesAreThoseThatAreChecked() async throws {
    let list = try await muster("verify", "--list", "--format", "markdown", folder: repository.string)
    #expect(list.status == 0)
    #expect(
      try readme().contains("<!-- promises -->\n\n" + list.output.trimmingCharacters(in: .newlines)),
      "README.md has another table than this prints: muster verify --list --format markdown")
  }

  @Test func everyTrapHasItsTest() throws {
    func text(_ path: String) throws -> String {
      try String(contentsOfFile: repository.appending(path).string, encoding: .utf8)
    }
    let named = try text("docs/traps.md").matches(of: /\| `(\w+)` \|/).map { String($0.1) }
    let tests = try text("Tests/musterTests/TrapTests.swift").matches(of: /@Test[^\n]*\s+func (\w+)\(/).map {
      String($0.1)
    }
    #expect(named.count == 9)
    #expect(Set(named) == Set(tests))
  }

  @Test func everyCommandIsInIt() async throws {
    let help = try await muster("--help")
    let commands = help.output.components(separatedBy: "SUBCOMMANDS:\n").last?
      .split(separator: "\n").filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") && !$0.contains("'") }
      .compactMap { $0.split(separator: " ").first.map(String.init) }
    for command in try #require(commands) {
      #expect(try readme().contains("muster \(command)"), "README.md says nothing of muster \(command)")
    }
  }
}

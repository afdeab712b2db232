import ArgumentParser
import FoundationEssentials
import PostgresClient
import Verification

struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "verify", abstract: "Inspect.")

  @Option var databaseURL: String?
  @Option var expectations = "expectations/access.yaml"
  @Option(parsing: .upToNextOption) var only: [String] = []
  @Option var format = "text"
  @Flag var list = false

  func run() async throws {
    let yaml = try String(contentsOfFile: expectations, encoding: .utf8)
    let table = try Expectations(yaml: yaml, file: expectations)
    let suite = Suite.complete(expectations: table).only(only)
    if list { print(CheckList(suite).text); return }
    guard
      let settings = try ConnectionSettings.resolve(
        option: databaseURL, environment: ProcessInfo.processInfo.environment)
    else { throw ValidationError("no database") }
    let context = CheckContext(settings: settings, allowance: .throwaway, seed: 1)
    let verdict = try await Runner(context: context).run(suite)
    print(verdict.rendered(as: ReportFormat(rawValue: format) ?? .text), terminator: "")
    throw ExitCode(verdict.exitCode)
  }
}

import ArgumentParser

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@main
struct Muster: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "muster",
    abstract: "Live presence on plain PostgreSQL: deploy it, fill it, inspect it, measure it.",
    discussion: """
      Exit codes: 0 good · 1 findings, or something failed · 2 usage or connection · 3 nothing was tested · \
      4 the history was tampered with or is out of order · 5 a lock was not to be had.

      Completion of commands, options and paths: muster --generate-completion-script bash (or zsh, or fish).
      """,
    version: "0.1.0",
    subcommands: [
      DemoCommand.self,
      MigrateCommand.self,
      StatusCommand.self,
      AdoptCommand.self,
      DriftCommand.self,
      NewCommand.self,
      LintCommand.self,
      RepairCommand.self,
      BaselineCommand.self,
      DumpCommand.self,
      VerifyCommand.self,
      SeedCommand.self,
      UnseedCommand.self,
      BenchCommand.self,
      TickCommand.self,
      ManualCommand.self,
    ])

  static func main() async {
    // A reader that has gone away shows as EPIPE where it is written to.
    signal(SIGPIPE, SIG_IGN)
    Memory.shareOneHeap()
    do {
      try await SignalWatch.ofThisProcess.run {
        var command = try command(of: Array(CommandLine.arguments.dropFirst()))
        if !(command is MigrateCommand) { await SignalWatch.ofThisProcess.listen() }
        try await command.runEitherWay()
      }
    } catch {
      Ending(of: error).end()
    }
  }

  /// `migrate` is read by itself where its arguments are in order: from the root it takes twice as long, a tenth of a run that
  /// finds everything up to date. Help and mistakes are the root's, which words them in full.
  private static func command(of arguments: [String]) throws -> any ParsableCommand {
    if arguments.first == MigrateCommand.configuration.commandName,
      let command = try? MigrateCommand.parseAsRoot(Array(arguments.dropFirst())) as? MigrateCommand
    {
      return command
    }
    return try parseAsRoot(arguments)
  }
}

extension ParsableCommand {
  fileprivate mutating func runEitherWay() async throws {
    if var command = self as? any AsyncParsableCommand { try await command.run() } else { try run() }
  }
}

import ArgumentParser
import FoundationEssentials

/// `muster manual`: the manual page, made of what the commands say of themselves. For packagers, so it is not listed.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual",
    abstract: "Print the manual page, as mdoc.",
    discussion: """
        muster manual | man -l -
      """,
    shouldDisplay: false)

  func run() throws {
    let tree = try JSONDecoder().decode(CommandTree.self, from: Data(Muster._dumpHelp().utf8))
    Output.standard.write(ManualPage(root: tree.command).text)
  }
}

/// The commands and their options, as `--experimental-dump-help` describes them.
struct CommandTree: Decodable {
  let command: Command

  struct Command: Decodable {
    let commandName: String
    let abstract: String?
    let discussion: String?
    let shouldDisplay: Bool?
    let subcommands: [Command]?
    let arguments: [Argument]?

    var shownSubcommands: [Command] {
      (subcommands ?? []).filter { $0.shouldDisplay != false && $0.commandName != "help" }
    }
  }

  struct Argument: Decodable {
    let kind: Kind
    let shouldDisplay: Bool
    let isOptional: Bool
    let isRepeating: Bool
    let names: [Name]?
    let valueName: String?
    let defaultValue: String?
    let allValues: [String]?
    let abstract: String?
    let discussion: String?

    enum Kind: String, Decodable { case positional, option, flag }
  }

  struct Name: Decodable {
    let kind: Kind
    let name: String

    enum Kind: String, Decodable { case long, short, longWithSingleDash }

    /// With its dashes.
    var written: String { (kind == .long ? "--" : "-") + name }
  }
}

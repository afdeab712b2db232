/// muster(1): a section for what holds for all commands, one for each command.
struct ManualPage {
  let root: CommandTree.Command

  /// When what is written here, and not in the commands, was last changed.
  private static let date = "November 21, 2026"

  var text: String {
    var page = Mdoc()
    page.macro("Dd", Self.date)
    page.macro("Dt", "MUSTER 1")
    page.macro("Os")
    page.macro("Sh", "NAME")
    page.macro("Nm", "muster")
    page.macro("Nd", Mdoc.words(Self.sentence(root.abstract)))
    page.macro("Sh", "SYNOPSIS")
    page.macro("Nm")
    page.macro("Ar", "subcommand")
    page.macro("Op", "Ar options")
    page.macro("Sh", "DESCRIPTION")
    page.prose(Self.description)
    page.macro("Sh", "COMMANDS")
    for command in root.shownSubcommands { add(command, under: [root.commandName], to: &page) }
    page.macro("Sh", "ENVIRONMENT")
    page.list(Self.environment)
    page.macro("Sh", "FILES")
    page.list(Self.files)
    page.macro("Sh", "EXIT STATUS")
    page.list(Self.exits)
    page.macro("Sh", "SEE ALSO")
    page.macro("Xr", "pg_dump 1 ,")
    page.macro("Xr", "psql 1")
    return page.text
  }

  private func add(_ command: CommandTree.Command, under parents: [String], to page: inout Mdoc) {
    let path = parents + [command.commandName]
    page.macro("Ss", Mdoc.words(path.joined(separator: " ")))
    page.prose(command.abstract ?? "")
    let arguments = (command.arguments ?? []).filter { $0.shouldDisplay && !Self.isEverywhere($0) }
    if !arguments.isEmpty {
      page.macro("Bl", "-tag -width Ds")
      for argument in arguments { add(argument, to: &page) }
      page.macro("El")
    }
    if let discussion = command.discussion {
      page.macro("Pp")
      page.prose(discussion)
    }
    for subcommand in command.shownSubcommands { add(subcommand, under: path, to: &page) }
  }

  private func add(_ argument: CommandTree.Argument, to page: inout Mdoc) {
    let value = argument.valueName ?? "value"
    switch argument.kind {
    case .positional: page.macro("It", "Ar \(Mdoc.words(value))\(argument.isRepeating ? " ..." : "")")
    case .flag, .option:
      let names = (argument.names ?? []).map { "Fl \(Mdoc.words(String($0.written.dropFirst())))" }
      let tail = argument.kind == .option ? " Ar \(Mdoc.words(value))" : ""
      page.macro("It", names.joined(separator: " , ") + tail)
    }
    page.prose(
      [argument.abstract ?? "", Self.choice(argument)].filter { !$0.isEmpty }.joined(separator: "\n"))
    if let discussion = argument.discussion { page.prose(discussion) }
  }

  /// What ArgumentParser gives every command.
  private static func isEverywhere(_ argument: CommandTree.Argument) -> Bool {
    (argument.names ?? []).contains { $0.written == "--help" || $0.written == "--version" }
  }

  private static func choice(_ argument: CommandTree.Argument) -> String {
    let values = (argument.allValues ?? []).joined(separator: ", ")
    let standard = argument.kind == .flag ? nil : argument.defaultValue
    return [values.isEmpty ? nil : "One of: \(values).", standard.map { "Default: \($0)." }]
      .compactMap { $0 }.joined(separator: " ")
  }

  /// Without its full stop.
  private static func sentence(_ text: String?) -> String {
    let text = text ?? ""
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}

extension ManualPage {
  private static let description = """
    Muster installs live features (who is here, who is in the room, who holds the button) as versioned SQL on plain PostgreSQL, \
    runs SQL in deploy pipelines, and proves with simulated clients that the result is right.

    Every command explains itself with --help, and --version shows which Muster it is. To complete its commands and options in a \
    shell, have it print a script for bash, zsh or fish:

      muster --generate-completion-script bash
    """

  private static let environment = [
    (
      "Ev DATABASE_URL",
      "The database to work on, as a URL or as keyword=value pairs, where --database-url is not given."
    ),
    (
      "Ev PGHOST , PGPORT , PGDATABASE , PGUSER , PGPASSWORD , PGSERVICE , PGPASSFILE",
      """
      As libpq knows them, like all its other variables. Passwords belong here, into DATABASE_URL or into ~/.pgpass: \
      arguments can be seen by everyone on the machine.
      """
    ),
    ("Ev NO_COLOR", "Where it is set and not empty, nothing is coloured."),
  ]

  private static let files = [
    ("Pa migrations/", "The migrations, unless --dir names another folder."),
    (
      "Pa migrations/objects/",
      "Code objects: functions, views, policies, triggers and jobs, changed by editing their files."
    ),
    ("Pa expectations/access.yaml", "Who may do what, unless --expectations names another file."),
  ]

  private static let exits = [
    ("0", "Good."), ("1", "Findings, or a check or a migration failed."),
    ("2", "Bad usage, bad input, or no connection."), ("3", "Nothing was tested, which is no success."),
    ("4", "The history was tampered with, or is out of order."), ("5", "A lock was not to be had in time."),
    ("130 , 143", "Interrupted, or told to end."),
  ].map { ("Li \($0)", $1) }
}

import ArgumentParser
import Catalog
import FoundationEssentials
import Migrations
import PostgresClient

/// `muster dump`: a database's schema as SQL.
struct DumpCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dump",
    abstract: "Print a database's schema as SQL that makes it again, in a form made for diffs.",
    discussion: """
      Each object stands behind what it needs, with its owner, comment and privileges, one blank line from the next; a \
      table is followed by its constraints, indexes, triggers and policies. The same schema is the same text, however and \
      in whatever order it came about. Into an empty database it goes with psql -f. Reads only, and needs no pg_dump.

      Rows are no part of it, nor are roles, which belong to the server. Options of foreign servers that may be secrets, \
      such as passwords, are left out.

        muster dump --database-url postgresql://localhost/app --output schema.sql
        muster dump --schema app --no-owner --no-privileges
      """)

  @OptionGroup var database: DatabaseOptions

  @Option(
    help: ArgumentHelp("Only what is in this schema. May be given more than once.", valueName: "name"))
  var schema: [String] = []

  @Option(name: .shortAndLong, help: ArgumentHelp("Write to this file instead of stdout.", valueName: "file"))
  var output: String?

  @Flag(help: "Leave out who owns what.")
  var noOwner = false

  @Flag(help: "Leave out who may do what.")
  var noPrivileges = false

  @Flag(help: "Add muster migrate's history, so that what is made from the dump counts as migrated.")
  var history = false

  func run() async throws {
    let text = try await text()
    guard let output else { return Output.standard.write(text) }
    do {
      try Data(text.utf8).write(to: URL(filePath: output), options: .atomic)
    } catch {
      throw UsageError(message: "cannot write \(output): \(error)")
    }
  }

  private func text() async throws -> String {
    var options = Dump.Options()
    options.schemas = schema.isEmpty ? nil : Set(schema)
    options.owners = !noOwner
    options.privileges = !noPrivileges
    let withHistory = history
    let settings = try database.required()
    let (catalog, script) = try await PostgresConnection.withConnection(to: settings) { connection in
      try connection.transaction("isolation level repeatable read read only") { connection in
        (try Catalog.read(connection), withHistory ? try HistoryScript.read(connection) : [])
      }
    }
    if let missing = schema.first(where: { !catalog.hasSchema($0) }) {
      throw UsageError(message: "there is no schema \"\(missing)\" in the database")
    }
    let dump = Dump(catalog, options).text
    return script.isEmpty ? dump : dump + "\n" + script.map { "\($0);\n" }.joined(separator: "\n")
  }
}

import ArgumentParser
import Migrations

/// `muster new`: the next file, by the numbering that the folder has.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin the next migration.",
    discussion: """
      The number follows the folder's last: one more and as wide, or the time in UTC where the folder numbers by time. \
      Prints the path of the new file.

        muster new add_index_on_rooms
      """)

  @Argument(help: "What it does, in a few words.")
  var name: [String]

  @OptionGroup var folder: FolderOptions

  func run() throws {
    do {
      Output.standard.line(try NewMigration(named: name.joined(separator: " ")).write(to: folder.path))
    } catch {
      throw MigrationError.files(error)
    }
  }
}

import ArgumentParser
import Migrations

/// `muster new`: the next file, by the numbering that the folder has.
struct NewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new",
    abstract: "Begin the next migration.",
    discussion: """
      The number follows the folder's last: one more and as wide, or the time in UTC where the folder numbers by time. \
      Prints the path of what it begins.

        muster new add_index_on_rooms
        muster new --down split_names
      """)

  @Argument(help: "What it does, in a few words.")
  var name: [String]

  @Flag(help: "Begin the file that takes it back, too.")
  var down = false

  @OptionGroup var folder: FolderOptions

  func run() throws {
    do {
      let new = try NewMigration(named: name.joined(separator: " "))
      for path in try new.write(to: folder.path, as: folder.layout, withDown: down) {
        Output.standard.line(path)
      }
    } catch {
      throw MigrationError.files(error)
    }
  }
}

import ArgumentParser
import Migrations
import SQLText

/// One database, or one tenant's schema in it, and the files it follows, of which none is run.
struct TargetOptions: ParsableArguments {
  @OptionGroup var database: DatabaseOptions
  @OptionGroup var folder: FolderOptions

  @Option(
    help: ArgumentHelp(
      "Look at the history of this tenant's schema, as \"migrate --targets\" keeps it, in place of the database's.",
      valueName: "name"))
  var schema: String?

  func migrator() throws -> Migrator {
    var options = Migrator.Options()
    options.tool = folder.layout
    options.context = .unset()
    options.musterVersion = Muster.configuration.version
    return FleetTarget(try database.required(), schema: schema)
      .migrator(directory: folder.path, options: options)
  }
}

import FoundationEssentials
import SQLText

/// Files that every run with something to do begins and ends with: `hooks/before_deploy.sql` and `hooks/after_deploy.sql`.
///
/// They are not in the history and have no version. One that was interrupted runs again from its beginning, so it is
/// written to bear that. The one behind the migrations is owed until it has run: a run that ends before it leaves a note in
/// the journal, and the next run begins with what is owed.
public struct Hooks: Sendable {
  public let before: MigrationFile?
  public let after: MigrationFile?

  static let folder = "hooks"

  public enum Moment: String, Sendable, CaseIterable {
    case before = "before_deploy"
    case after = "after_deploy"

    public var fileName: String { "\(rawValue).sql" }
  }

  /// Reads the hooks of a folder of migrations. Throws `FileError` for a file that cannot be read, or is called otherwise:
  /// to pass over it in silence would be to pass over what somebody wants to run.
  init(of migrations: MigrationFolder) throws(FileError) {
    let folder = "\(migrations.path)/\(Self.folder)"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let known = Moment.allCases.map(\.fileName)
    if migrations.tool == .muster,
      let stray = names.sorted().first(where: { $0.hasSuffix(".sql") && !known.contains($0) })
    {
      throw FileError(.strayHook, path: "\(folder)/\(stray)")
    }
    before = names.contains(Moment.before.fileName) ? try Self.read(.before, folder, migrations.context) : nil
    after = names.contains(Moment.after.fileName) ? try Self.read(.after, folder, migrations.context) : nil
  }

  private static func read(
    _ moment: Moment, _ folder: String, _ context: ScriptContext
  ) throws(FileError) -> MigrationFile {
    let path = "\(folder)/\(moment.fileName)"
    return MigrationFile(
      version: Version(hook: moment), name: moment.rawValue, path: path, bytes: try FolderListing.read(path)
    ).with(context)
  }
}

extension Version {
  /// Under which the journal keeps the statements of a hook that is not in a transaction.
  init(hook: Hooks.Moment) { self.init(name: hook.fileName) }

  /// Under which the journal keeps that a hook is still to run.
  init(owed hook: Hooks.Moment) { self.init(name: hook.rawValue) }

  /// Whether it is one of these.
  var isHook: Bool {
    Hooks.Moment.allCases.contains { [Version(hook: $0), Version(owed: $0)].contains(self) }
  }
}

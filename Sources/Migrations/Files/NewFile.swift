/// Where a tool puts a new migration, and what it begins with.
struct NewFile {
  let path: String
  let text: String

  /// Throws `FileError` where only the tool itself can add one.
  init(of tool: Tool, version: String, name: String, in folder: String) throws(FileError) {
    switch tool {
    case .muster, .supabase, .alembic: self.init("\(folder)/\(version)_\(name).sql", Self.plain)
    case .flyway: self.init("\(folder)/V\(version)__\(name).sql", Self.why)
    case .dbmate: self.init("\(folder)/\(version)_\(name).sql", "-- migrate:up\n\n\n-- migrate:down\n")
    case .goose: self.init("\(folder)/\(version)_\(name).sql", "-- +goose Up\n\n\n-- +goose Down\n")
    case .golangMigrate: self.init("\(folder)/\(version)_\(name).up.sql", Self.why)
    case .sqlx: self.init("\(folder)/\(version)_\(name).sql", Self.why)
    case .diesel: self.init("\(folder)/\(version)_\(name)/up.sql", Self.why)
    case .sqitch: throw FileError(.planIsItsTools, path: folder)
    }
  }

  /// The file that takes it back; nil where the tool keeps that in the file itself. Throws `FileError` where it has none.
  init?(down tool: Tool, version: String, name: String, in folder: String) throws(FileError) {
    switch tool {
    case .muster, .golangMigrate: self.init("\(folder)/\(version)_\(name).down.sql", Self.back)
    case .flyway: self.init("\(folder)/U\(version)__\(name).sql", Self.back)
    case .diesel: self.init("\(folder)/\(version)_\(name)/down.sql", Self.back)
    case .dbmate, .goose: return nil
    case .sqlx, .supabase, .alembic, .sqitch: throw FileError(.noDownFiles(tool), path: folder)
    }
  }

  private init(_ path: String, _ text: String) {
    self.path = path
    self.text = text
  }

  private static let why = "-- What this changes, and why.\n"

  private static let back = "-- What takes it back, for muster migrate --to.\n"

  private static let plain = """
    -- What this changes, and why.
    --
    -- It runs in one transaction. "-- muster: no-transaction" on a line of its own up here changes that; so do
    -- lock-timeout 10s, statement-timeout 1h and requires-extension NAME for what they name.

    """
}

/// How a tool names its migrations and what it marks in them.
///
/// A layout reads a folder as its tool would: which files are migrations, in what order, which text goes which way and
/// under what rules. It decides nothing about databases.
protocol Layout: Sendable {
  var tool: Tool { get }
  /// Nil when nothing in the folder speaks for this tool.
  func evidence(in folder: FolderListing) throws(FileError) -> Evidence?
  /// In any order, and not yet checked for two of one version.
  func files(in folder: FolderListing) throws(FileError) -> [MigrationFile]
  /// What the folder calls itself, where one history can be of several folders.
  func project(in folder: FolderListing) throws(FileError) -> String?
}

extension Layout {
  func project(in folder: FolderListing) throws(FileError) -> String? { nil }
}

/// How sure a folder makes it that it is some tool's.
struct Evidence: Sendable {
  enum Weight: Sendable { case possible, certain }

  let weight: Weight
  /// What speaks for it.
  let what: String

  static func certain(_ what: String) -> Evidence { Evidence(weight: .certain, what: what) }
  static func possible(_ what: String) -> Evidence { Evidence(weight: .possible, what: what) }
}

/// The tools whose folders are understood. The raw value is what `--layout` takes.
public enum Tool: String, Sendable, Hashable, CaseIterable {
  case muster, flyway, dbmate, goose
  case golangMigrate = "golang-migrate"
  case sqlx, diesel, sqitch, supabase, alembic

  /// What its own people call it.
  public var title: String {
    switch self {
    case .muster, .flyway, .diesel, .supabase, .alembic:
      rawValue.prefix(1).uppercased() + rawValue.dropFirst()
    case .dbmate, .goose, .golangMigrate, .sqlx: rawValue
    case .sqitch: "Sqitch"
    }
  }

  /// Throws `FileError` for a name that is none, with those that are.
  public init(named name: String) throws(FileError) {
    guard let tool = Tool(rawValue: name) else { throw FileError(.unknownLayout, path: name) }
    self = tool
  }

  var layout: any Layout {
    switch self {
    case .muster: MusterLayout()
    case .flyway: FlywayLayout()
    case .dbmate: DbmateLayout()
    case .goose: GooseLayout()
    case .golangMigrate: GolangMigrateLayout()
    case .sqlx: SqlxLayout()
    case .diesel: DieselLayout()
    case .sqitch: SqitchLayout()
    case .supabase: SupabaseLayout()
    case .alembic: AlembicLayout()
    }
  }

  /// The one that names and markers speak for; Muster's own where nothing speaks at all. Throws `FileError` where two are
  /// as likely.
  init(recognisedIn folder: FolderListing) throws(FileError) {
    var certain: [LayoutCandidate] = []
    var possible: [LayoutCandidate] = []
    for tool in Tool.allCases {
      guard let evidence = try tool.layout.evidence(in: folder) else { continue }
      let candidate = LayoutCandidate(tool: tool, evidence: evidence.what)
      if evidence.weight == .certain { certain.append(candidate) } else { possible.append(candidate) }
    }
    let candidates = certain.isEmpty ? possible : certain
    guard candidates.count < 2 else { throw FileError(.ambiguousLayout(candidates), path: folder.path) }
    self = candidates.first?.tool ?? .muster
  }
}

/// A tool whose folder this may be.
public struct LayoutCandidate: Sendable, Hashable {
  public let tool: Tool
  /// What speaks for it.
  public let evidence: String
}

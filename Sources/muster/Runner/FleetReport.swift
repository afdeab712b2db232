import Migrations
import PostgresClient

/// How a target stands after a run, as reports call it.
enum FleetState: String {
  case migrated
  case upToDate = "up-to-date"
  case failed
  case notBegun = "not-begun"

  init(_ state: Fleet.Outcome.State) {
    switch state {
    case .migrated: self = .migrated
    case .upToDate: self = .upToDate
    case .failed: self = .failed
    case .notBegun: self = .notBegun
    }
  }

  var isDone: Bool { self == .migrated || self == .upToDate }

  var style: Style? {
    switch self {
    case .migrated: .green
    case .upToDate: nil
    case .failed: .red
    case .notBegun: .yellow
    }
  }
}

/// A target's line of JSON: what `muster migrate --json` says of one database, and which target it is.
struct FleetLine: Encodable {
  let outcome: Fleet.Outcome
  let migration: MigrationJSON

  private enum Key: CodingKey { case target, server, database, schema, state, exitCode, milliseconds }

  init(_ outcome: Fleet.Outcome, applied: [MigrationLog.AppliedFile], proofs: [Proof.Attempt]?) {
    self.outcome = outcome
    migration =
      switch outcome.state {
      case .migrated(let report), .upToDate(let report): MigrationJSON(report: report, proofs: proofs)
      case .failed(let error): MigrationJSON(applied: applied, error: error, proofs: proofs)
      case .notBegun: MigrationJSON(applied: [])
      }
  }

  func encode(to encoder: any Encoder) throws {
    try migration.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(outcome.target.name, forKey: .target)
    try container.encode(outcome.target.server, forKey: .server)
    try container.encode(outcome.target.database, forKey: .database)
    try container.encodeIfPresent(outcome.target.schema, forKey: .schema)
    try container.encode(FleetState(outcome.state).rawValue, forKey: .state)
    try container.encode(outcome.exitCode, forKey: .exitCode)
    try container.encode((outcome.took / .milliseconds(1)).rounded(), forKey: .milliseconds)
  }
}

/// What targets are called where a person reads: no more of their names than it takes to tell them apart.
struct FleetLabels {
  private let showsServer: Bool
  private let showsDatabase: Bool

  init(_ targets: [FleetTarget]) {
    showsServer = Set(targets.map(\.server)).count > 1
    showsDatabase = Set(targets.map(\.database)).count > 1 || showsServer
  }

  func label(_ target: FleetTarget) -> String {
    let database = target.database.isEmpty ? target.server : target.database
    let place = showsServer && !target.server.isEmpty ? target.name.prefix { $0 != " " } : database[...]
    guard let schema = target.schema else { return place.isEmpty ? "(libpq's default)" : String(place) }
    return showsDatabase ? "\(place) \(schema)" : schema
  }
}

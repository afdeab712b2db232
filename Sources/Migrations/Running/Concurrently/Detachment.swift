import PostgresClient

/// How far an ALTER TABLE … DETACH PARTITION … CONCURRENTLY is: it commits once in the middle, and what stops it behind that
/// leaves the partition neither attached nor detached.
struct Detachment {
  let target: StatementNature.PartitionTarget

  enum State {
    case attached
    /// Nobody sees its rows through the parent any more, and FINALIZE takes it out.
    case pending
    case detached
  }

  var finalization: String {
    "alter table \(target.parent) detach partition \(target.partition) finalize"
  }

  func state(_ connection: isolated PostgresConnection) throws -> State {
    let rows = try connection.query(
      """
      select inhdetachpending from pg_catalog.pg_inherits
      where inhparent = pg_catalog.to_regclass($1) and inhrelid = pg_catalog.to_regclass($2)
      """, [target.parent, target.partition])
    guard let row = rows.first else { return .detached }
    return try row.decode(Bool.self, at: 0) ? .pending : .attached
  }
}

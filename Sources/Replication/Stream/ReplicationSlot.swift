import PostgresClient

/// Durable slots: the server's memory of how far a consumer has come.
///
/// A slot that nobody reads holds back the log, and the vacuum of catalogs, for ever: drop the ones that are given up.
public enum ReplicationSlot {
  /// Makes a slot for `pgoutput` on an ordinary connection.
  ///
  /// - Returns: where it stands: every change that is committed from now on will be sent.
  /// - Throws: `PostgresError`, such as 42710 where the name is taken and 55000 where `wal_level` is not `logical`.
  @discardableResult
  public static func create(
    _ name: String, on connection: isolated PostgresConnection
  ) throws(PostgresError) -> LSN {
    let rows = try connection.query(
      "select lsn::text from pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')", [name])
    guard let lsn = rows.first?[0].flatMap(LSN.init) else {
      throw PostgresError(.protocol, "the server made slot \(name) but did not say where it stands")
    }
    return lsn
  }

  /// Drops a slot; one that is not there is none to drop.
  ///
  /// - Throws: `PostgresError`, such as 55006 while a stream reads it.
  public static func drop(
    _ name: String, on connection: isolated PostgresConnection
  ) throws(PostgresError) {
    try connection.query(
      """
      select pg_catalog.pg_drop_replication_slot(slot_name)
      from pg_catalog.pg_replication_slots where slot_name = $1
      """, [name])
  }

  /// Where the slot stands; nil where there is no such slot.
  public static func confirmed(
    _ name: String, on connection: isolated PostgresConnection
  ) throws(PostgresError) -> LSN? {
    try connection.query(
      "select confirmed_flush_lsn::text from pg_catalog.pg_replication_slots where slot_name = $1", [name]
    ).first?[0].flatMap(LSN.init)
  }
}

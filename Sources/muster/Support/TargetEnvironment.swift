import Catalog
import PostgresClient

/// What a database stands in and no migration makes: roles, tablespaces, settings of the database and of roles. A scratch
/// database needs it before the same files make the same objects there.
struct TargetEnvironment: Sendable {
  let database: String
  /// Who connects, and so who owns what is made.
  let user: String
  let databaseOwner: String
  /// The major version, such as 15.
  let version: Int
  let encoding: String
  let collate: String
  let ctype: String
  var roles: [String]
  let tablespaces: [String]
  /// `alter role … set …` and `alter database … set …`, to be run in the scratch database by a superuser.
  let settings: [Setting]
  let hasCron: Bool
  /// False where this user sees only his own among the jobs of others.
  let seesEveryJob: Bool
  /// Muster's extension is there as an extension, as a plain script, or not at all.
  let muster: MusterForm

  enum MusterForm: String, Sendable { case `extension`, script, absent }

  struct Setting: Sendable, Hashable {
    /// nil for a setting of the whole database.
    var role: String?
    var name: String
    var value: String
    /// Whether it holds in this database only.
    var isLocal: Bool
  }

  /// Reads only.
  static func read(_ settings: ConnectionSettings) async throws -> TargetEnvironment {
    try await PostgresConnection.withConnection(to: settings) { connection in
      try connection.transaction("isolation level repeatable read read only") { try read($0) }
    }
  }

  private static func read(_ connection: isolated PostgresConnection) throws -> TargetEnvironment {
    let row = try connection.query(
      """
      select d.datname, session_user, pg_catalog.pg_get_userbyid(d.datdba), pg_catalog.pg_encoding_to_char(d.encoding),
        d.datcollate, d.datctype,
        array(select r.rolname from pg_catalog.pg_roles as r where r.rolname !~ '^pg_' order by 1)::text[],
        array(select s.spcname from pg_catalog.pg_tablespace as s where s.spcname !~ '^pg_' order by 1)::text[],
        exists (select from pg_catalog.pg_extension where extname = 'pg_cron'),
        case when exists (select from pg_catalog.pg_extension where extname = 'muster') then 'extension'
          when pg_catalog.to_regclass('muster.liveness') is not null then 'script' else 'absent' end,
        not exists (
          select from (values ('cron.job'), ('muster.job')) as jobs (name)
          where pg_catalog.to_regclass(jobs.name) is not null
            and pg_catalog.row_security_active(pg_catalog.to_regclass(jobs.name)))
      from pg_catalog.pg_database as d where d.datname = pg_catalog.current_database()
      """)[0]
    let settings = try connection.query(
      """
      select r.rolname, pg_catalog.split_part(c.entry, '=', 1),
        pg_catalog.substr(c.entry, pg_catalog.strpos(c.entry, '=') + 1), s.setdatabase <> 0
      from pg_catalog.pg_db_role_setting as s
      left join pg_catalog.pg_database as d on d.oid = s.setdatabase
      left join pg_catalog.pg_roles as r on r.oid = s.setrole
      cross join lateral pg_catalog.unnest(s.setconfig) as c (entry)
      where (s.setdatabase = 0 or d.datname = pg_catalog.current_database())
        and (s.setrole = 0 or r.rolname is not null)
      """
    ).map { row in
      Setting(
        role: row[0], name: try row.decode(at: 1), value: try row.decode(at: 2),
        isLocal: try row.decode(at: 3))
    }
    return TargetEnvironment(
      database: try row.decode(at: 0), user: try row.decode(at: 1), databaseOwner: try row.decode(at: 2),
      version: connection.serverVersion / 10_000, encoding: try row.decode(at: 3),
      collate: try row.decode(at: 4), ctype: try row.decode(at: 5), roles: try row.decode(at: 6),
      tablespaces: try row.decode(at: 7), settings: settings, hasCron: try row.decode(at: 8),
      seesEveryJob: try row.decode(at: 10), muster: MusterForm(rawValue: try row.decode(at: 9)) ?? .absent)
  }
}

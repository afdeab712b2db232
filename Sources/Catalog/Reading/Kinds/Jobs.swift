import PostgresClient

/// Scheduled jobs, which are rows and yet part of what a deployment makes: pg_cron's, and Muster's own where there is no
/// pg_cron.
struct JobReader: CatalogReader {
  enum Keeper: String, Sendable, CaseIterable {
    case cron = "cron.job"
    case muster = "muster.job"
  }

  let keeper: Keeper

  /// A reader for each of the tables that this database has and this user may read.
  static func present(_ connection: isolated PostgresConnection) throws -> [JobReader] {
    try Keeper.allCases.filter { keeper in
      try connection.query(
        """
        select coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'select'), false)
          and coalesce(pg_catalog.has_schema_privilege(
            pg_catalog.to_regnamespace(pg_catalog.split_part($1, '.', 1)), 'usage'), false)
        """, [keeper.rawValue]
      ).scalar(Bool.self)
    }.map { JobReader(keeper: $0) }
  }

  func query(_ version: Int) -> String {
    switch keeper {
    case .cron:
      """
      select coalesce(j.jobname, j.command) as name, j.schedule, j.command, j.username, j.active,
        j.jobname is null as is_nameless, j.jobid
      from cron.job as j where j.database = pg_catalog.current_database()
      """
    case .muster:
      """
      select j.name, j.schedule, j.command, j.username, true as active, false as is_nameless, null as jobid
      from muster.job as j
      """
    }
  }

  func read(_ rows: [Record], into draft: inout CatalogDraft) {
    for row in rows {
      let (name, schedule, command) = (row.text("name"), row.text("schedule"), row.text("command"))
      var job = CatalogObject(.job, "\(literal(name)) of \(row.text("username"))")
      let call = [name, schedule, command].map { literal($0) }.joined(separator: ", ")
      let schema = keeper == .cron ? "cron" : "muster"
      let statement = "select \(schema).schedule(\(call))"
      job.base = [statement]
      job.drop = "select \(schema).unschedule(\(literal(name)))"
      job.add(Facet("schedule", schedule, set: statement))
      job.add(Facet("command", command, set: statement))
      if keeper == .cron {
        let active = row.isTrue("active")
        job.add(
          Facet(
            "state", active ? "active" : "not active", set: active ? [] : Self.activation(name, false),
            moment: .afterwards
          )
          .changing(Self.activation(name, active).joined()))
      }
      draft.add(job, at: CatalogKey(keeper.rawValue, "\(row.text("username"))/\(name)"))
    }
  }

  private static func activation(_ name: String, _ isActive: Bool) -> [String] {
    [
      """
      select cron.alter_job(job_id := j.jobid, active := \(isActive)) from cron.job as j where j.jobname = \(literal(name))
      """
    ]
  }
}

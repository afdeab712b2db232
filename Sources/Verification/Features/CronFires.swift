import PostgresClient

/// The one check that waits for the clock on the wall.
enum CronFires {
  static let check = Check(
    "jobs.pg-cron-fires", "pg_cron, where the database has it, really runs a job at its minute",
    tags: [.background, .slow, .commits], requires: ["muster.schedule"], run: run)

  private static func run(_ context: CheckContext) async throws -> Outcome {
    let connection = try await context.connect()
    do {
      let outcome = try await watch(connection, name: "verify-fires-\(context.seed)")
      await connection.close()
      return outcome
    } catch {
      await connection.close()
      throw error
    }
  }

  private static func watch(_ connection: PostgresConnection, name: String) async throws -> Outcome {
    let keeper = try await connection.run { connection -> String in
      guard try connection.query("select to_regclass('cron.job_run_details')")[0][0] != nil else {
        throw Skip("this database has no pg_cron")
      }
      return try connection.query("select muster.schedule($1, '* * * * *', 'select 42')", [name])[0][0] ?? ""
    }
    guard keeper == "pg_cron" else {
      return .failed([Finding("the job was given to \(keeper), not to pg_cron")])
    }
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(90)
    var run: String?
    while run == nil, clock.now < deadline {
      try await clock.sleep(for: .milliseconds(250))
      run = try await connection.run { try $0.query(Self.lastRun, [name]).first?[0] }
    }
    let seen = run ?? "it did not run within 90 s"
    try await connection.run { connection in
      _ = try connection.query(
        "delete from cron.job_run_details where jobid in (select jobid from cron.job where jobname = $1)",
        [name])
      _ = try connection.query("select muster.unschedule($1)", [name])
    }
    return seen == "succeeded t t"
      ? .passed("1 run, as its user") : .failed([Finding("a job of pg_cron: \(seen)")])
  }

  /// How the last run of the job ended, and whether it was in this database and as this user.
  private static let lastRun = """
    select concat_ws(' ', status, d.database = current_database(), d.username = current_user)
    from cron.job_run_details d join cron.job j using (jobid)
    where j.jobname = $1 and d.status in ('succeeded', 'failed') order by runid desc limit 1
    """
}

import PostgresClient

/// The schedules of the papers: each job is there, runs as its own user, and does what it is for.
enum Jobs: Feature {
  static let seed: Int? = nil
  static let requires = ["muster.job", "muster.run_due_jobs"]

  /// A job that some paper asks for.
  private struct Job: Sendable {
    var name: String
    var schedule: String
    var seed: Int
    var promise: String
    /// Makes something for the job to do; returns a question that says t once it is done.
    var prepare: @Sendable (Stage) throws -> SQL
  }

  static var checks: [Check] { jobs.flatMap(checks(of:)) + runner + [CronFires.check] }

  private static let jobs: [Job] =
    LiveRelation.all.map { subject in
      let (name, schedule) = sweeps[subject.relation] ?? ("", "")
      return Job(
        name: name, schedule: schedule, seed: subject.seed,
        promise: "\(name) runs at \(schedule) and removes the \(subject.name) that are stale"
      ) { stage in
        let key = try subject.make(stage)
        try stage.query(subject.age(key, pastThreshold: 1_000_000))
        return try subject.isGone(key, on: stage)
      }
    } + [
      Job(
        name: "aggregate-heartbeats", schedule: "0 1 * * *", seed: 4,
        promise: "aggregate-heartbeats runs daily at 1 AM UTC and sums up the day before"
      ) { stage in
        try stage.query(
          """
          insert into public.heartbeats (session_id, page_path, created_at)
          values ('yesterday', '/', now() - interval '1 day')
          """)
        return "select exists (select from public.daily_usage_stats where date = public.utc_today() - 1)"
      }
    ]

  private static let sweeps = [
    "public.active_users": ("sweep-active-users", "* * * * *"),
    "public.room_participants": ("sweep-room-participants", "*/5 * * * *"),
    "public.button_holds": ("cleanup-button-holds", "30 seconds"),
    "public.live_sessions": ("cleanup-live-sessions", "* * * * *"),
  ]

  private static func checks(of job: Job) -> [Check] {
    [
      .scene(
        "jobs.\(job.name)", seed: job.seed, job.promise + ", as its own user", tags: [.alone],
        requires: requires
      ) { stage in
        let entry = try Entry.find(job.name, on: stage)
        stage.expect("the schedule", entry.schedule, is: job.schedule)
        stage.expect(entry.isActive, "the job is switched off")
        let done = try job.prepare(stage)
        stage.expect("done before the job has run", try stage.value(done) ?? "", is: "f")
        try stage.query("set local role \(name: entry.user)")
        try stage.query(SQL(raw: entry.command))
        try stage.query("set local role none")
        stage.expect("done after the job has run as \(entry.user)", try stage.value(done) ?? "", is: "t")
        return "as \(entry.user), by \(entry.keeper)"
      }
    ]
  }

  private static var runner: [Check] {
    [
      check(
        "jobs.due-jobs-run", "Without pg_cron, whoever asks has the jobs run that are due, as their own users"
      ) {
        stage in
        try add(
          "verify-due", "select pg_catalog.set_config('verify.ran_as', current_user::text, false)", stage)
        try add("verify-later", "select 1 / 0", due: "1 hour", stage)
        let ran = try stage.as(.service) {
          try stage.column("select job from muster.run_due_jobs() where job like 'verify-%' order by 1")
        }
        stage.expect("jobs that ran", ran, is: ["verify-due"])
        try stage.expectValue(
          "the job's row",
          """
          select concat_ws(' ', runs, failures, last_error, next_run_at > clock_timestamp(), username = current_user)
          from muster.job where name = 'verify-due'
          """, is: "1 0 t t")
        return "1 of 2 jobs"
      },
      check("jobs.one-failure-stops-no-other", "A job that fails is recorded, and stops no other") { stage in
        try add("verify-1-fails", "select 1 / 0", stage)
        try add("verify-2-works", "select 1", stage)
        try stage.query("select * from muster.run_due_jobs()")
        try stage.expectValue(
          "the job that fails",
          "select concat_ws(' ', runs, failures, last_error ~ '22012') from muster.job where name = 'verify-1-fails'",
          is: "1 1 t")
        try stage.expectValue(
          "the job after it",
          "select concat_ws(' ', runs, failures, last_error) from muster.job where name = 'verify-2-works'",
          is: "1 0")
        return "2 jobs"
      },
      check("jobs.missed-runs-are-one-run", "A job that was missed for days runs once, and then at its time")
      { stage in
        try add("verify-missed", "select 1", due: "-3 days", stage)
        try stage.query("select * from muster.run_due_jobs()")
        try stage.query("select * from muster.run_due_jobs()")
        try stage.expectValue(
          "the job's row",
          "select concat_ws(' ', runs, next_run_at > clock_timestamp()) from muster.job where name = 'verify-missed'",
          is: "1 t")
        return "3 days missed"
      },
      check("jobs.schedule-and-unschedule", "A job of one's own is scheduled, changed and taken off again") {
        stage in
        try stage.query("select muster.schedule('verify-own', '15 seconds', 'select 1')")
        try stage.query("select muster.schedule('verify-own', '20 seconds', 'select 2')")
        let entry = try Entry.find("verify-own", on: stage)
        stage.expect("the job", "\(entry.schedule): \(entry.command)", is: "20 seconds: select 2")
        try stage.query("select muster.unschedule('verify-own')")
        stage.expect(try Entry.all("verify-own", on: stage).isEmpty, "the job is still there")
        for schedule in ["61 * * * *", "* * *", "0 seconds", "soon"] {
          try stage.expectRefused(
            "the schedule “\(schedule)”", "select muster.schedule('verify-own', \(schedule), 'select 1')")
        }
        return "4 schedules refused"
      },
      JobsRunOnce.check,
    ]
  }

  private static func add(_ name: String, _ command: String, due: String = "-1 s", _ stage: Stage) throws {
    try stage.query("select muster.schedule(\(name), '30 seconds', \(command))")
    try stage.query(
      "update muster.job set next_run_at = clock_timestamp() + \(due)::interval where name = \(name)")
  }

  /// A job as pg_cron or Muster's own table keeps it.
  struct Entry: Sendable {
    var schedule: String
    var command: String
    var user: String
    var isActive: Bool
    var keeper: String

    static func find(_ name: String, on stage: Stage) throws -> Entry {
      let entries = try all(name, on: stage)
      guard let entry = entries.first, entries.count == 1 else {
        throw stage.finding("there are \(entries.count) jobs called \(name)")
      }
      return entry
    }

    static func all(_ name: String, on stage: Stage) throws -> [Entry] {
      let hasCron = try stage.look("select to_regclass('cron.job') is not null").first?[0] == "t"
      let cron: SQL =
        hasCron
        ? """
        union all select schedule, command, username, active, 'pg_cron' from cron.job
        where jobname = \(name) and database = current_database()
        """ : ""
      return try stage.look(
        """
        select schedule, command, username::text, true, 'muster' from muster.job where name = \(name) \(cron)
        """
      ).map {
        Entry(
          schedule: $0[0] ?? "", command: $0[1] ?? "", user: $0[2] ?? "", isActive: $0[3] == "t",
          keeper: $0[4] ?? "")
      }
    }
  }
}

import PostgresClient

/// Two who ask at the same time for what is due.
enum JobsRunOnce {
  static let check = Check(
    "jobs.once-whoever-asks", "A job that is due runs once, however many ask at the same time",
    tags: [.commits, .alone], requires: Jobs.requires, run: run)

  private static func run(_ context: CheckContext) async throws -> Outcome {
    let name = "verify-once-\(context.seed)"
    let one = try await Session.open("one", in: context)
    let two = try await Session.open("two", in: context)
    try await one.perform(
      """
      select muster.schedule(\(name), '3600 seconds', 'select 1'); \
      update muster.job set next_run_at = clock_timestamp() - interval '1 s' where name = \(name)
      """)
    try await one.begin("select * from muster.run_due_jobs()")
    let second = try await two.value("select count(*) from muster.run_due_jobs() where job = \(name)")
    try await one.execute("commit")
    let third = try await two.value("select count(*) from muster.run_due_jobs() where job = \(name)")
    let runs = try await one.value("select runs from muster.job where name = \(name)")
    try await one.perform("select muster.unschedule(\(name))")
    await one.close()
    await two.close()
    var findings: [Finding] = []
    if second != "0" {
      findings.append(Finding("the second asker ran the job that the first one was running"))
    }
    if third != "0" { findings.append(Finding("the job ran again once the first asker had committed")) }
    if runs != "1" { findings.append(Finding("the job's row counts \(runs ?? "no") runs, expected 1")) }
    return Outcome(findings: findings, figure: "2 askers, 1 run")
  }
}

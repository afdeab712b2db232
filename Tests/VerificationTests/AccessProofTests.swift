import PostgresClient
import TestSupport
import Testing
import Verification

/// The access table, tried inside a transaction that is somebody else's.
@Suite struct AccessProofTests {
  private func connection() async throws -> PostgresConnection {
    try await PostgresConnection.connect(try await Installed.database())
  }

  @Test func theTransactionGoesOnAsItWas() async throws {
    let (connection, table) = (try await connection(), try Sources.expectations())
    let report = try await connection.run { connection in
      try connection.execute(
        """
        begin;
        set local search_path = muster; set local row_security = off; set local role authenticated; reset role;
        set local statement_timeout = '77s';
        create table public.made_by_the_host (id int); drop table public.made_by_the_host;
        """)
      let before = try Self.state(connection)
      let report = try AccessProof(table)(connection)
      let after = try Self.state(connection)
      #expect(after == before)
      try connection.execute("commit")
      #expect(try Self.rows(connection) == "0")
      return report
    }
    #expect(report.verdict.results.flatMap(\.findings) == [])
    #expect(report.verdict.passed > 40 && report.verdict.failed == 0)
    #expect(report.cells > 1_000)
    await connection.close()
  }

  @Test func whatTheHostDidIsSeen() async throws {
    let (connection, table) = (try await connection(), try Sources.expectations())
    let failed = try await connection.run { connection in
      try connection.execute(
        "begin; create policy weak on public.rooms for select to authenticated using (true)")
      let report = try AccessProof(table)(connection)
      try connection.execute("rollback")
      return report.verdict.results.filter { !$0.findings.isEmpty }.map(\.check.name)
    }
    #expect(failed.contains("access.public.rooms"))
    await connection.close()
  }

  /// In a table of so many rows that only the scene's are looked at one by one.
  @Test func aLargeTableIsProvedByTheRowsOfTheScene() async throws {
    let (connection, table) = (try await connection(), try Sources.expectations())
    let findings = try await connection.run { connection in
      try connection.execute(
        """
        insert into auth.users (id) select gen_random_uuid() from generate_series(1, 1);
        insert into public.service_requests (requester_id, title)
        select id, 'one of many' from auth.users, generate_series(1, 30000);
        begin;
        update public.service_requests set title = 'rewritten';
        create policy weak on public.service_requests for update to authenticated using (true) with check (true);
        """)
      let report = try AccessProof(table)(connection)
      try connection.execute("rollback")
      return report.verdict.results.flatMap(\.findings).map(\.message)
    }
    #expect(findings.contains { $0.hasPrefix("public.service_requests: bob: update on") }, "\(findings)")
    #expect(findings.allSatisfy { $0.hasPrefix("public.service_requests: ") }, "\(findings)")
    await connection.close()
  }

  /// Settings, locks and the role, as the host has them.
  private static func state(_ connection: isolated PostgresConnection) throws -> [[String?]] {
    let rows = try connection.query(
      """
      select current_user, current_setting('search_path'), current_setting('row_security'),
        current_setting('statement_timeout'), current_setting('lock_timeout'), current_setting('TimeZone'),
        (select string_agg(concat_ws(' ', locktype, relation, mode), ',' order by locktype, relation, mode)
         from pg_catalog.pg_locks
         where pid = pg_backend_pid() and locktype in ('relation', 'tuple', 'transactionid', 'advisory')
           and mode <> 'AccessShareLock'
           -- A sequence is the transaction's, whichever savepoint it was asked behind; that stops ALTER SEQUENCE alone.
           and not exists (select from pg_catalog.pg_class c where c.oid = relation and c.relkind = 'S'))
      """)
    return rows.map { row in rows.columns.indices.map { row[$0] } }
  }

  private static func rows(_ connection: isolated PostgresConnection) throws -> String? {
    try connection.query(
      "select (select count(*) from public.rooms) + (select count(*) from auth.users) + (select count(*) from pg_largeobject_metadata)"
    ).first?[0]
  }
}

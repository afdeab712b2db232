import Migrations
import Testing

/// A small folder of a tool's, and its history as the tool itself writes it once the first two of three are applied.
struct ForeignFixture: Sendable, CustomTestStringConvertible {
  let tool: Tool
  /// Three files: tables a, b and c.
  let files: [String: String]
  /// What the tool keeps, after a and b.
  let history: String
  /// What it has of the first and the second, by which nothing may change.
  let table: String

  var testDescription: String { tool.title }

  /// As the tool would have made a and b.
  var past: String { "create table a (x int); create table b (x int); " + history }

  static let a = "create table a (x int);\n"
  static let b = "create table b (x int);\n"
  static let c = "create table c (x int);\n"

  static let all = [flyway, dbmate, goose, golangMigrate, sqlx, diesel, sqitch, supabase]

  static let flyway = ForeignFixture(
    tool: .flyway,
    files: [
      "V1__a.sql": "create table a (x int);\n-- é\n",
      "sub/V1.1__b.sql": "create table b (x int);\r\nselect 1;\r\n",
      "V2__c.sql": c,
    ],
    history: """
      create table flyway_schema_history (installed_rank integer primary key, version varchar(50),
        description varchar(200) not null, type varchar(20) not null, script varchar(1000) not null, checksum integer,
        installed_by varchar(100) not null, installed_on timestamp not null default now(),
        execution_time integer not null, success boolean not null);
      insert into flyway_schema_history values
        (0, null, '<< Flyway Schema Creation >>', 'SCHEMA', '"x"', null, 'ada', '2020-01-01 00:00:00', 0, true),
        (1, '1', 'a', 'SQL', 'V1__a.sql', 1893270876, 'ada', '2020-01-01 00:00:00', 12, true),
        (2, '1.1', 'b', 'SQL', 'sub/V1.1__b.sql', 18408875, 'ada', '2020-01-02 00:00:00', 13, true);
      """, table: "flyway_schema_history")

  static let dbmate = ForeignFixture(
    tool: .dbmate,
    files: [
      "20200101_a.sql": "-- migrate:up\n\(a)\n-- migrate:down\ndrop table a;\n",
      "20200102_b.sql": "-- migrate:up\n\(b)\n-- migrate:down\ndrop table b;\n",
      "20200103_c.sql": "-- migrate:up transaction:false\n\(c)\n-- migrate:down\ndrop table c;\n",
    ],
    history: """
      create table schema_migrations (version varchar(128) primary key);
      insert into schema_migrations values ('20200101'), ('20200102');
      """, table: "schema_migrations")

  static let goose = ForeignFixture(
    tool: .goose,
    files: [
      "00001_a.sql": "-- +goose Up\n\(a)\n-- +goose Down\ndrop table a;\n",
      "00002_b.sql": "-- +goose Up\n\(b)",
      "00003_c.sql": "-- +goose NO TRANSACTION\n-- +goose Up\n\(c)",
    ],
    history: """
      create table goose_db_version (id serial primary key, version_id bigint not null, is_applied boolean not null,
        tstamp timestamp default now());
      insert into goose_db_version (version_id, is_applied) values
        (0, true), (1, true), (2, true), (3, true), (3, false), (2, false), (2, true);
      """, table: "goose_db_version")

  static let golangMigrate = ForeignFixture(
    tool: .golangMigrate,
    files: [
      "000001_a.up.sql": "BEGIN;\n\(a)COMMIT;\n", "000001_a.down.sql": "drop table a", "000002_b.up.sql": b,
      "000003_c.up.sql": c,
    ],
    history: """
      create table schema_migrations (version bigint not null primary key, dirty boolean not null);
      insert into schema_migrations values (2, false);
      """, table: "schema_migrations")

  static let sqlx = ForeignFixture(
    tool: .sqlx,
    files: [
      "20200101000000_a.sql": a, "20200102000000_b.sql": b, "20200103000000_c.sql": "-- no-transaction\n\(c)",
    ],
    history: """
      create table _sqlx_migrations (version bigint primary key, description text not null,
        installed_on timestamptz not null default now(), success boolean not null, checksum bytea not null,
        execution_time bigint not null);
      insert into _sqlx_migrations values
        (20200101000000, 'a', '2020-01-01', true, '\\x135c46196b982c486248a0f9cf813b08b351a29cee799b8816200d486d76bbc9a04b75fc506eef0c3845a74aaa6c16ca', 1500000),
        (20200102000000, 'b', '2020-01-02', true, '\\x4fb44e77a644e6e55be89aacc17101ef2c30f0073160fb3c2fc6d75043ea871c629dbd3da59005f7b5ad173d513a9269', -1);
      """, table: "_sqlx_migrations")

  static let diesel = ForeignFixture(
    tool: .diesel,
    files: [
      "2020-01-01-000000_a/up.sql": a, "2020-01-01-000000_a/down.sql": "drop table a",
      "2020-01-02-000000_b/up.sql": b,
      "2020-01-03-000000_c/up.sql": c, "2020-01-03-000000_c/metadata.toml": "run_in_transaction = false\n",
    ],
    history: """
      create table __diesel_schema_migrations (version varchar(50) primary key,
        run_on timestamp not null default current_timestamp);
      insert into __diesel_schema_migrations values ('20200101000000', '2020-01-01'), ('20200102000000', '2020-01-02');
      """, table: "__diesel_schema_migrations")

  static let sqitch = ForeignFixture(
    tool: .sqitch,
    files: [
      "sqitch.plan": """
      %syntax-version=1.0.0
      %project=flip

      a 2020-01-01T00:00:00Z Ada <ada@example.org> # a
      b [a] 2020-01-02T00:00:00Z Ada <ada@example.org> # b
      @v1 2020-01-03T00:00:00Z Ada <ada@example.org> # first
      c [b] 2020-01-04T00:00:00Z Ada <ada@example.org> # c
      """,
      "deploy/a.sql": "-- Deploy a\nBEGIN;\n\(a)COMMIT;\n", "deploy/b.sql": b,
      "deploy/c.sql": "BEGIN;\n\(c)COMMIT;\n",
    ],
    history: """
      create schema sqitch;
      create table sqitch.changes (change_id text primary key, script_hash text, change text not null,
        project text not null, note text not null default '', committed_at timestamptz not null default now(),
        committer_name text not null, committer_email text not null, planned_at timestamptz not null,
        planner_name text not null, planner_email text not null);
      insert into sqitch.changes values
        ('1', 'fd94f5a5d19b8584c81baeca9c836b8634cf3fd2', 'a', 'flip', 'a', '2020-01-01', 'Ada', 'a', '2020-01-01', 'Ada', 'a'),
        ('2', '2', 'b', 'flip', 'b', '2020-01-02', 'Ada', 'a', '2020-01-02', 'Ada', 'a'),
        ('3', '3', 'c', 'flop', 'another project''s', '2020-01-02', 'Ada', 'a', '2020-01-02', 'Ada', 'a');
      """, table: "sqitch.changes")

  static let supabase = ForeignFixture(
    tool: .supabase,
    files: [
      "20200101000000_a.sql": "-- why\n\(a)", "20200102000000_b.sql": b,
      "20200103000000_c.sql": "COMMIT;\n\(c)",
    ],
    history: """
      create schema supabase_migrations;
      create table supabase_migrations.schema_migrations (version text not null primary key, statements text[],
        name text);
      insert into supabase_migrations.schema_migrations values
        ('20200101000000', array['-- why' || chr(10) || 'create table a (x int)'], 'a'), ('20200102000000', null, null);
      """, table: "supabase_migrations.schema_migrations")
}

import Testing

/// A change made by hand, and how it is to be told.
struct PlantedChange: Sendable, CustomTestStringConvertible {
  let sql: String
  let line: String
  /// The extension that the change needs.
  var needs: String?

  init(_ sql: String, _ line: String, needs: String? = nil) {
    (self.sql, self.line, self.needs) = (sql, line, needs)
  }

  var testDescription: String { sql }
}

extension PlantedChange {
  static let all =
    columns + constraints + indexes + views + functions + triggersAndPolicies + privileges + others

  static let columns = [
    PlantedChange("alter table app.beats drop column seen", "column app.beats.seen is missing"),
    PlantedChange(
      "alter table app.beats add column noise text", "column app.beats.noise is not in the files"),
    PlantedChange(
      "alter table app.beats alter column key type varchar(20)",
      "column app.beats.key: type is character varying(20); in the files text"),
    PlantedChange(
      "alter table app.derived alter column c type bigint",
      "column app.derived.c: type is bigint; in the files integer"),
    PlantedChange(
      """
      drop rule quiet on app.large;
      drop view app.large;
      alter table app.orders drop constraint orders_total_check, drop constraint orders_total_small;
      drop policy writers on app.orders
      """,
      """
      constraint orders_total_check on app.orders is missing
      constraint orders_total_small on app.orders is missing
      policy writers on app.orders is missing
      view app.large is missing
      """),
    PlantedChange(
      "alter table app.orders alter column state set default 'sent'",
      "column app.orders.state: default is 'sent'::app.state; in the files 'new'::app.state"),
    PlantedChange(
      "alter table app.customers alter column tags drop default",
      "column app.customers.tags: default is not set; in the files '{}'::text[]"),
    PlantedChange(
      "alter table app.beats alter column seen set default now()",
      "column app.beats.seen: default is now(); in the files there is none"),
    PlantedChange(
      "alter table app.customers alter column id set generated always set increment by 1",
      """
      column app.customers.id: identity is always (start with 1000); \
      in the files by default (start with 1000 increment by 10)
      """),
    PlantedChange(
      "alter table app.customers alter column name set storage main",
      "column app.customers.name: storage is main; in the files external"),
    PlantedChange(
      "alter table app.events alter column payload type json using payload::json",
      "column app.events.payload: type is json; in the files jsonb"),
    PlantedChange(
      "alter table app.beats rename column seen to last_seen",
      "column app.beats.last_seen is not in the files\ncolumn app.beats.seen is missing"),
  ]

  static let constraints = [
    PlantedChange(
      "alter table app.orders drop constraint orders_total_check",
      "constraint orders_total_check on app.orders is missing"),
    PlantedChange(
      "alter table app.beats add constraint seen_known check (seen is not null)",
      "constraint seen_known on app.beats is not in the files"),
    PlantedChange(
      "alter table app.orders validate constraint orders_total_small",
      "constraint orders_total_small on app.orders: validity is valid; in the files not valid"),
    PlantedChange(
      """
      alter table app.orders drop constraint orders_customer_fkey;
      alter table app.orders add constraint orders_customer_fkey foreign key (customer) references app.customers
      """,
      """
      constraint orders_customer_fkey on app.orders: definition is FOREIGN KEY (customer) REFERENCES app.customers(id); \
      in the files …NCES app.customers(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
      """),
    PlantedChange(
      "alter table app.orders drop constraint orders_pkey",
      "constraint orders_pkey on app.orders is missing\ntable app.orders: replica identity is nothing; in the files using index orders_pkey"
    ),
  ]

  static let indexes = [
    PlantedChange("drop index app.orders_ticket", "index app.orders_ticket is missing"),
    PlantedChange(
      "create index beats_seen on app.beats (seen)", "index app.beats_seen is not in the files"),
    PlantedChange(
      "drop index app.totals_customer; create index totals_customer on app.totals (customer)",
      """
      index app.totals_customer: definition is CREATE INDEX totals_customer ON app.totals USING btree (customer); \
      in the files CREATE UNIQUE INDEX totals_customer ON app.totals USING btree (custome…
      """),
    PlantedChange(
      "update pg_index set indisvalid = false where indexrelid = 'app.orders_ticket'::regclass",
      "index app.orders_ticket: validity is invalid; in the files valid"),
    PlantedChange(
      "alter table app.orders set without cluster",
      "index app.orders_pkey: clustering is not set; in the files on"),
    PlantedChange("drop index app.events_at_idx", "index app.events_at_idx is missing"),
  ]

  static let views = [
    PlantedChange(
      """
      create or replace view app.sent with (security_invoker = true, security_barrier) as
        select o.id, c.name as "Customer's name" from app.orders as o join app.customers as c on c.id = o.customer
        where o.state = 'new'
      """,
      """
      view app.sent: definition differs in line 5: “WHERE (o.state = 'new'::app.state)”; \
      in the files “WHERE (o.state = 'sent'::app.state)”
      """),
    PlantedChange(
      "alter view app.sent reset (security_invoker)",
      "view app.sent: option security_invoker is not set; in the files true"),
    PlantedChange(
      "alter view app.large reset (check_option)",
      "view app.large: option check_option is not set; in the files local"),
    PlantedChange(
      "alter view app.large alter column total drop default",
      "column app.large.total: default is not set; in the files 101"),
    PlantedChange("drop view app.sent_names", "view app.sent_names is missing"),
    PlantedChange(
      "create view app.own as select * from app.beats", "view app.own is not in the files"),
    PlantedChange(
      """
      drop view app.sent_names;
      drop view app.sent;
      create view app.sent with (security_invoker = true, security_barrier) as
        select o.id from app.orders as o join app.customers as c on c.id = o.customer where o.state = 'sent';
      comment on view app.sent is 'On its way';
      comment on column app.sent.id is 'The order';
      grant select on app.sent to rich_reader;
      revoke delete on app.sent from "rich ""odd"" role"
      """,
      """
      view app.sent: definition differs in line 1: “SELECT o.id”; in the files “SELECT o.id,”
      view app.sent_names is missing
      """),
    PlantedChange(
      "drop rule quiet on app.large", "rule quiet on app.large is missing"),
    PlantedChange(
      """
      drop materialized view app.totals;
      create materialized view app.totals with (fillfactor = 90) as select customer, sum(1) as total from app.orders
        group by customer with no data;
      create unique index totals_customer on app.totals (customer);
      revoke delete on app.totals from "rich ""odd"" role"
      """,
      """
      materialized view app.totals: definition differs in line 2: “sum(1) AS total”; in the files “count(*) AS total”
      """),
  ]

  static let functions = [
    PlantedChange(
      """
      create or replace function app.touch() returns trigger language plpgsql set search_path to app, public, "Odd ""one" as
      $body$
      begin
        return null;
      end
      $body$
      """,
      "function app.touch(): body differs in line 3: “return null;”; in the files “-- a comment with a \\ and a 'quote'”"
    ),
    PlantedChange(
      "alter function app.next_ticket() security invoker",
      "function app.next_ticket(): security is invoker; in the files definer"),
    PlantedChange(
      "alter function app.next_ticket() reset search_path",
      "function app.next_ticket(): setting search_path is not set; in the files \"\""),
    PlantedChange(
      "alter function app.touch() set search_path to public",
      "function app.touch(): setting search_path is public; in the files app, public, \"Odd \"\"one\""),
    PlantedChange(
      "alter function app.next_ticket() stable cost 99",
      """
      function app.next_ticket(): cost is 99; in the files 7
      function app.next_ticket(): volatility is stable; in the files volatile
      """),
    PlantedChange(
      "create function app.next_ticket(step integer) returns integer language sql as 'select step'",
      "function app.next_ticket(integer) is not in the files"),
    PlantedChange("drop procedure app.clean", "procedure app.clean(integer,text[]) is missing"),
    PlantedChange(
      "drop cast (integer as app.state)",
      "cast integer as app.state is missing"),
    PlantedChange("drop aggregate app.sum_of(numeric)", "aggregate app.sum_of(numeric) is missing"),
    PlantedChange(
      "drop operator class app.numeric_small using btree",
      "operator class app.numeric_small using btree is missing"),
  ]

  static let triggersAndPolicies = [
    PlantedChange(
      "alter table app.orders enable trigger touch",
      "trigger touch on app.orders: firing is enabled; in the files disabled"),
    PlantedChange("drop trigger checked on app.orders", "trigger checked on app.orders is missing"),
    PlantedChange("drop trigger touch_event on app.events", "trigger touch_event on app.events is missing"),
    PlantedChange(
      "alter event trigger watch enable", "event trigger watch: firing is enabled; in the files disabled"),
    PlantedChange(
      "alter policy writers on app.orders using (true)",
      "policy writers on app.orders: using is true; in the files (total > (0)::numeric)"),
    PlantedChange(
      "alter policy \"readers see what is sent\" on app.orders to public",
      "policy \"readers see what is sent\" on app.orders: roles is public; in the files rich_reader"),
    PlantedChange(
      "drop policy writers on app.orders; create policy writers on app.orders for update to public using (total > 0) with check (total > 1); comment on policy writers on app.orders is 'Only what costs'",
      "policy writers on app.orders: mode is permissive; in the files restrictive"),
    PlantedChange("drop policy writers on app.orders", "policy writers on app.orders is missing"),
    PlantedChange(
      "create policy everybody on app.orders using (true)",
      "policy everybody on app.orders is not in the files"),
    PlantedChange(
      "alter table app.orders disable row level security",
      "table app.orders: row level security is disabled; in the files enabled"),
    PlantedChange(
      "alter table app.orders no force row level security",
      "table app.orders: row level security for the owner is not forced; in the files forced"),
  ]

  static let privileges = [
    PlantedChange(
      "grant delete, truncate on app.orders to rich_reader",
      "table app.orders: rich_reader has delete, truncate, which the files do not grant"),
    PlantedChange(
      "revoke select on app.customers from rich_reader",
      "table app.customers: rich_reader lacks select, which the files grant"),
    PlantedChange(
      "grant select on app.sent to rich_reader with grant option",
      "view app.sent: rich_reader may pass on select, which the files do not allow"),
    PlantedChange(
      "grant select (born) on app.customers to public",
      "column app.customers.born: everybody has select, which the files do not grant"),
    PlantedChange(
      "revoke update (email) on app.customers from rich_reader",
      "column app.customers.email: rich_reader lacks update, which the files grant"),
    PlantedChange(
      "grant execute on function app.next_ticket() to public",
      "function app.next_ticket(): everybody has execute, which the files do not grant"),
    PlantedChange(
      "grant create on schema app to rich_reader",
      "schema app: rich_reader has create, which the files do not grant"),
    PlantedChange(
      "grant usage on sequence app.customers_id_seq to rich_reader",
      "sequence app.customers_id_seq: rich_reader has usage, which the files do not grant"),
    PlantedChange(
      "alter default privileges for role rich_owner in schema app grant insert on tables to public",
      "default privileges for role rich_owner in schema app on tables: everybody has insert, which the files do not grant"
    ),
    PlantedChange(
      "alter default privileges for role rich_owner grant execute on functions to public",
      "default privileges for role rich_owner on functions: everybody has execute, which the files do not grant"
    ),
    PlantedChange(
      "grant execute on function app.show_trgm(text) to rich_reader",
      "function app.show_trgm(text): rich_reader has execute, which the files do not grant", needs: "pg_trgm"),
    PlantedChange(
      "alter table app.beats owner to rich_owner",
      "table app.beats: owner is rich_owner; in the files postgres"),
    PlantedChange(
      "alter function app.touch() owner to rich_owner",
      "function app.touch(): owner is rich_owner; in the files postgres"),
  ]

  static let others = [
    PlantedChange("create table app.extra (a integer)", "table app.extra is not in the files"),
    PlantedChange("drop table app.mentions", "table app.mentions is missing"),
    PlantedChange("create schema own", "schema own is not in the files"),
    PlantedChange(
      "alter sequence app.ticket increment by 7", "sequence app.ticket: increment is 7; in the files 5"),
    PlantedChange(
      "alter sequence app.orders_id_seq owned by none",
      "sequence app.orders_id_seq: owned by is not set; in the files app.orders.id"),
    PlantedChange(
      "alter table app.beats set (fillfactor = 90)",
      "table app.beats: option fillfactor is 90; in the files 50"),
    PlantedChange(
      "alter table app.customers reset (toast.autovacuum_enabled)",
      "table app.customers: option toast.autovacuum_enabled is not set; in the files false"),
    PlantedChange(
      "alter table app.beats set logged", "table app.beats: persistence is logged; in the files unlogged"),
    PlantedChange(
      "alter table app.customers replica identity default",
      "table app.customers: replica identity is default; in the files full"),
    PlantedChange(
      "alter table app.derived no inherit app.base",
      "table app.derived: parent app.base is not set; in the files there"),
    PlantedChange(
      "alter table app.events detach partition app.events_2026",
      "table app.events_2026: partition of is not set; in the files app.events FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01…"
    ),
    PlantedChange(
      "alter publication app_some drop table app.orders",
      "publication app_some: table app.orders is not set; in the files published"),
    PlantedChange(
      "alter publication app_some set table app.customers (id, name, email), app.orders",
      "publication app_some: table app.customers is (id, email, name); in the files (id, name) where ((id > 10))"
    ),
    PlantedChange(
      "alter publication app_all set (publish = 'insert')",
      "publication app_all: publish is insert; in the files insert, update"),
    PlantedChange(
      "alter type app.state add value 'back'",
      "type app.state: values is 'new', 'it''s paid', 'sent', 'back'; in the files 'new', 'it''s paid', 'sent'"
    ),
    PlantedChange(
      "alter type app.state rename value 'it''s paid' to 'paid'",
      "type app.state: values is 'new', 'paid', 'sent'; in the files 'new', 'it''s paid', 'sent'"),
    PlantedChange(
      "alter type app.place add attribute zip text",
      "type app.place: attribute zip is text; in the files there is none"),
    PlantedChange(
      "alter domain app.email drop constraint email_has_at", "constraint email_has_at on app.email is missing"
    ),
    PlantedChange(
      "alter domain app.email drop not null", "domain app.email: nullability is null; in the files not null"),
    PlantedChange(
      "comment on table app.customers is 'Who pays'",
      "table app.customers: comment is Who pays; in the files Who buys"),
    PlantedChange(
      "comment on column app.sent.id is null",
      "column app.sent.id: comment is not set; in the files The order"),
    PlantedChange(
      "alter text search configuration app.searching drop mapping for asciiword",
      "text search configuration app.searching: mapping of asciiword is not set; in the files app.plain, pg_catalog.english_stem"
    ),
    PlantedChange("drop statistics app.orders_statistics", "statistics app.orders_statistics is missing"),
    PlantedChange(
      "alter server far options (set host 'elsewhere')",
      "server far: option host is elsewhere; in the files example"),
    PlantedChange(
      "alter foreign table app.remote alter column id options (set column_name 'id')",
      "column app.remote.id: option column_name is id; in the files key"),
    PlantedChange(
      "drop extension hstore; create extension hstore with schema app version '1.7'",
      "extension hstore: version is 1.7; in the files 1.8", needs: "hstore"),
    PlantedChange("create extension citext", "extension citext is not in the files", needs: "citext"),
  ]

  /// On a database with Muster's own features.
  static let ofMuster = [
    PlantedChange(
      "select muster.schedule('own', '* * * * *', 'select 1')", "job 'own' of postgres is not in the files"),
    PlantedChange(
      "update muster.job set command = 'select 2' where name = 'aggregate-heartbeats'",
      "job 'aggregate-heartbeats' of postgres: command is select 2; in the files select public.aggregate_and_cleanup_heartbeats()"
    ),
    PlantedChange(
      "grant select on public.profiles to anon",
      "table public.profiles: anon has select, which the files do not grant"),
  ]
}

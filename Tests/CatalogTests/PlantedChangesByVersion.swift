/// Changes to what came with later versions of PostgreSQL.
extension PlantedChange {
  static let since17 = [
    PlantedChange(
      "grant maintain on app.orders to rich_reader",
      "table app.orders: rich_reader has maintain, which the files do not grant"),
    PlantedChange(
      "create event trigger greet on login execute function app.on_ddl(); alter event trigger greet disable",
      "event trigger greet is not in the files"),
    PlantedChange(
      "alter table app.customers alter column full_name set expression as (name || '?')",
      """
      column app.customers.full_name: generated is generated always as ((name || '?'::text)) stored; \
      in the files generated always as ((name || '!'::text)) stored
      """),
  ]

  static let since18 = [
    PlantedChange(
      "alter table app.orders alter column customer drop not null",
      "column app.orders.customer: nullability is null; in the files not null"),
    PlantedChange(
      "alter table app.orders rename constraint orders_customer_not_null to known",
      "column app.orders.customer: nullability is not null, constraint known; in the files not null"),
    PlantedChange(
      "alter table app.orders validate constraint orders_during_known",
      """
      column app.orders.during: nullability is not null, constraint orders_during_known; \
      in the files not null not valid, constraint orders_during_known
      """),
    PlantedChange(
      """
      alter table app.orders drop constraint orders_total_round;
      alter table app.orders add constraint orders_total_round check (total % 1 = 0)
      """,
      """
      constraint orders_total_round on app.orders: definition is CHECK (((total % (1)::numeric) = (0)::numeric)); \
      in the files CHECK (((total % (1)::numeric) = (0)::numeric)) NOT ENFORCED
      """),
    PlantedChange(
      "alter table app.empty alter column doubled set expression as (a * 3)",
      """
      column app.empty.doubled: generated is generated always as ((a * 3)) virtual; \
      in the files generated always as ((a * 2)) virtual
      """),
    PlantedChange(
      """
      alter table app.empty drop column doubled;
      alter table app.empty add column doubled integer generated always as (a * 2) stored
      """,
      """
      column app.empty.doubled: generated is generated always as ((a * 2)) stored; \
      in the files generated always as ((a * 2)) virtual
      """),
    PlantedChange(
      """
      alter table app.stays drop constraint stays_key;
      alter table app.stays add constraint stays_key unique (room, during)
      """,
      """
      constraint stays_key on app.stays: definition is UNIQUE (room, during); \
      in the files UNIQUE (room, during WITHOUT OVERLAPS)
      """),
    PlantedChange(
      "alter publication app_all set (publish_generated_columns = stored)",
      "publication app_all: publish_generated_columns is stored; in the files none"),
    PlantedChange(
      "alter default privileges for role rich_owner grant select on large objects to public",
      "default privileges for role rich_owner on large objects: everybody has select, which the files do not grant"
    ),
  ]
}

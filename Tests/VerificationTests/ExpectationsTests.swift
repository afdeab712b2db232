import Testing
import Verification

@Suite struct ExpectationsTests {
  private static let head = """
    schemas: [public]
    personas:
      anon: { role: anon }
      alice: { role: authenticated, id: a11ce000-0000-4000-8000-000000000001 }
      stranger: { id: 57247e20-0000-4000-8000-000000000007 }
    groups:
      everybody: anon, alice

    """

  @Test func readsATable() throws {
    let table = try Expectations(
      yaml: Self.head + """
        relations:
          public.notes:
            rows:
              own: owner = :me
              others': true
            access: |
              |       | own                          | others' |
              | anon  | -                            | -       |
              | alice | select, update(title, body)  | select  |
            insert:
              own: (title) values ('x')
          public.drafts: alice may select, delete
          public.secrets: nobody
        functions:
          public.f(text, bigint): everybody
          public.g(): nobody
        """, file: "t.yaml")
    #expect(table.personas.map(\.name) == ["anon", "alice"])
    #expect(
      table.personas[1].claims == #"{"sub": "a11ce000-0000-4000-8000-000000000001", "role": "authenticated"}"#
    )
    #expect(table.relations.map(\.name) == ["public.notes", "public.drafts", "public.secrets"])
    let notes = table.relations[0]
    #expect(notes.kinds.map(\.name) == ["own", "others'"])
    #expect(notes.cells["alice"]?[0].grants == [.select: .all, .update: .some(["title", "body"])])
    #expect(notes.cells["anon"]?.allSatisfy { $0.grants.isEmpty } == true)
    #expect(notes.inserts == ["own": "(title) values ('x')"])
    #expect(table.relations[1].cells["alice"]?[0].grants == [.select: .all, .delete: .all])
    #expect(table.relations[2].cells["alice"]?[0].grants == [:])
    #expect(table.functions.map(\.callers) == [["anon", "alice"], []])
  }

  /// What is wrong, and the place that the message has to name.
  static let faults: [(yaml: String, message: String)] = [
    ("", "t.yaml: the file is empty"),
    ("a: [", "t.yaml:2:1: did not find expected node content"),
    (
      "colour: red",
      "t.yaml:1:1: “colour” is not known here; known are schemas, personas, groups, scene, relations, functions"
    ),
    ("schemas: [public]", "t.yaml:1:1: no personas"),
    (
      head + "relations:\n  public.t: everybody",
      "t.yaml:9:13: write “nobody”, or “somebody may select, insert; somebody else may select”"
    ),
    (
      head + "relations:\n  public.t: bob may select",
      "t.yaml:9:13: nobody is called “bob”: no persona and no group"
    ),
    (
      head + "relations:\n  public.t: alice may read",
      "t.yaml:9:13: unknown verb “read”; known are all, select, insert, update, delete, truncate, usage"
    ),
    (head + "relations:\n  public.t:\n    rows: { own: 'true' }", "t.yaml:9:3: public.t has no access table"),
    (
      head + "relations:\n  public.t:\n    access: |\n      |      | all rows |\n      | anon | - |\n",
      "t.yaml:9:3: public.t does not say what may be done by alice"
    ),
    (
      head + "relations:\n  public.t:\n    access: |\n      |      | all rows |\n      | anon | - | - |\n",
      "t.yaml:12:20: 2 cells, where the head has 1"
    ),
    (
      head + "relations:\n  public.t:\n    access: |\n      |      | all rows |\n      | anon, alice | |\n",
      "t.yaml:12:23: an empty cell: write - for nothing"
    ),
    (
      head
        + "relations:\n  public.t:\n    access: |\n      |      | all rows |\n      | anon, alice | update(a |\n",
      "t.yaml:12:23: “update(a” lacks its )"
    ),
    (
      head
        + "relations:\n  public.t:\n    access: |\n      |      | all rows |\n      | anon | - |\n      | everybody | - |\n",
      "t.yaml:13:9: anon has a line already"
    ),
    (
      head + "functions:\n  public.f(): someone",
      "t.yaml:9:15: nobody is called “someone”: no persona and no group"
    ),
    (
      head + "functions:\n  public.f(): nobody\n  public.f(): nobody",
      "t.yaml:10:3: declared twice: public.f()"
    ),
    ("schemas: &all [*all]", "t.yaml:1:10: this is a part of itself"),
    ("schemas: [public]\n---\nschemas: [public]", "t.yaml:3:1: one document is expected"),
    ("schemas: *nothing", "t.yaml:1:10: found undefined alias"),
  ]

  @Test(arguments: faults.indices)
  func saysWhereAFaultIs(_ index: Int) {
    let fault = Self.faults[index]
    let error = #expect(throws: ExpectationsError.self) { try Expectations(yaml: fault.yaml, file: "t.yaml") }
    #expect(error?.description.contains(fault.message) == true, "\(error?.description ?? "")")
  }

  @Test func theTableOfTheFeaturesIsValid() throws {
    let table = try Sources.expectations()
    #expect(
      table.personas.map(\.name) == [
        "anon", "alice", "bob", "participant", "teacher", "creator", "admin", "service_role",
      ])
    let names = Suite.complete(expectations: table).checks.map(\.name)
    #expect(Set(names).count == names.count, "two checks have one name")
  }
}

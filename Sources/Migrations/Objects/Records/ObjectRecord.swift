/// What `muster.migration_object` has of a file: what it was when it was last applied, and what it made.
struct ObjectRecord: Sendable {
  /// The file's name below `objects/`.
  let name: String
  let checksum: Checksum
  let objects: [MadeObject]
  /// The file as it was applied.
  let sql: String
}

/// An object that a definition made.
struct MadeObject: Sendable, Hashable, Codable {
  let identity: ObjectIdentity
  /// The name without schema, arguments or table.
  let name: String
  /// How the definition called it; the same word finds its successor.
  let reference: String
  /// Of the definition's text.
  let checksum: String
  /// What a view's definition set of its options; others were set elsewhere and stay.
  let options: [String]

  init(_ identity: ObjectIdentity, by definition: ObjectDefinition) {
    self.identity = identity
    name = definition.reference.name.name
    reference = "\(definition.reference)"
    checksum = definition.checksum
    options = definition.form.options.sorted()
  }
}

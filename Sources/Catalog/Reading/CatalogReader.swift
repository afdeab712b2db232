public import PostgresClient

/// Reads the objects of one or a few kinds.
protocol CatalogReader: Sendable {
  /// One query, for this major version of the server.
  func query(_ version: Int) -> String
  func read(_ rows: [Record], into draft: inout CatalogDraft)
}

extension Catalog {
  /// The readers whose tables every database has, in the order of their results: what folds into something comes behind it.
  private static let readers: [any CatalogReader] = [
    SchemaReader(), ExtensionReader(), CollationReader(), LanguageReader(), TypeReader(), SequenceReader(),
    RelationReader(), ColumnReader(), ConstraintReader(), IndexReader(), ViewReader(), RuleReader(),
    FunctionReader(), AggregateReader(), CastReader(), OperatorReader(), OperatorFamilyReader(),
    OperatorClassReader(), TriggerReader(), EventTriggerReader(), PolicyReader(), StatisticsReader(),
    PublicationReader(), PublicationContentReader(), SubscriptionReader(), TextSearchReader(),
    TextSearchMappingReader(), ForeignDataWrapperReader(), ServerReader(), UserMappingReader(),
    DefaultPrivilegesReader(), OtherObjectReader(), MemberPrivilegesReader(), PartReader(), CommentReader(),
    LabelReader(), DependencyReader(),
  ]

  /// The session settings that change how definitions are shown.
  private static let settings = [
    "search_path": "", "quote_all_identifiers": "off", "standard_conforming_strings": "on",
    "timezone": "UTC", "datestyle": "ISO, MDY", "intervalstyle": "postgres", "bytea_output": "hex",
    "extra_float_digits": "1", "xmloption": "content", "lc_monetary": "C",
  ]

  /// Reads everything at one instant: in the transaction at hand, otherwise in one of its own that cannot write. The
  /// session's settings are what they were afterwards.
  ///
  /// - Throws: ``PostgresError``
  public static func read(_ connection: isolated PostgresConnection) throws -> Catalog {
    guard connection.isInTransaction else {
      return try connection.transaction("isolation level repeatable read read only") { try readInside($0) }
    }
    // Rolled back, so that the settings are what they were.
    try connection.execute("savepoint muster_catalog")
    let catalog = Result { try readInside(connection) }
    try connection.execute("rollback to savepoint muster_catalog; release savepoint muster_catalog")
    return try catalog.get()
  }

  private static func readInside(_ connection: isolated PostgresConnection) throws -> Catalog {
    let version = connection.serverVersion / 10000
    try connection.execute(
      settings.sorted { $0.key < $1.key }.map { "set local \($0.key) = '\($0.value)'" }.joined(
        separator: "; "))
    let readers = Self.readers + (try JobReader.present(connection) as [any CatalogReader])
    let results = try connection.pipeline(readers.map { Statement($0.query(version)) })
    var draft = CatalogDraft()
    for (reader, result) in zip(readers, results) {
      reader.read(Record.all(try result.get()), into: &draft)
    }
    return draft.catalog()
  }
}

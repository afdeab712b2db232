import PostgresClient

/// What a server's refusal of a definition means for going on.
enum ObjectObstacle {
  /// Something is not there yet, or is still what it was: all of class 42 but syntax and privileges, which no other definition
  /// mends, and what a DROP or a missing schema says.
  static func mayPass(_ code: String) -> Bool {
    code.hasPrefix("42") && !["42601", "42501"].contains(code) || ["2BP01", "3F000"].contains(code)
  }

  /// What a statement is about is not there.
  static func isMissing(_ code: String) -> Bool { ["42P01", "42703", "42704", "42883"].contains(code) }

  /// The object that is there cannot become this one by CREATE OR REPLACE: another result, other columns, another kind.
  static func asksForDrop(_ code: String) -> Bool {
    ["42P13", "42P16", "42P07", "42710", "42723", "42809"].contains(code)
  }

  /// Of definitions that wait for each other, the failure that the others wait for: one that is about itself, or else one
  /// that mentions none of the others.
  static func root(of failures: [(definition: ObjectDefinition, error: any Error)]) -> (any Error)? {
    let names = failures.map(\.definition.reference.name.name)
    let root = failures.indices.first { index in
      guard let failure = failures[index].error as? StatementFailure else { return true }
      return !names.indices.contains { $0 != index && failure.error.message.contains(names[$0]) }
    }
    return root.map { failures[$0].error } ?? failures.first?.error
  }
}

extension ObjectDefinition {
  var isReplacedInPlace: Bool {
    switch reference.kind {
    case .function, .procedure, .view: true
    case .trigger: !form.isConstraintTrigger
    case .materializedView, .index, .policy, .job: false
    }
  }

  /// Whether it can say `select *`, `table v` or `natural join`, and so means other columns when those of a view change.
  var followsColumns: Bool {
    guard !text.contains("*"), let words = try? TokenReader(text).mentions() else {
      return true
    }
    return !words.isDisjoint(with: ["table", "natural"])
  }

  /// The statement, with `or replace` where there is such a thing and the file leaves it out.
  var replacingText: String {
    addsReplace ? Self.create + Self.orReplace + text.dropFirst(Self.create.count) : text
  }

  /// The error as if the text in the file had been sent.
  func asWritten(_ error: PostgresError) -> PostgresError {
    guard addsReplace, let position = error.position, position > Self.create.count else { return error }
    var error = error
    error.position = max(1, position - Self.orReplace.count)
    return error
  }

  private var addsReplace: Bool { isReplacedInPlace && form.lacksReplace }
  private static let create = "create"
  private static let orReplace = " or replace"
}

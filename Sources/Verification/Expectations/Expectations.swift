/// Who may do what to what, as people decided it and wrote it down: never read out of the database under inspection.
public struct Expectations: Sendable {
  /// The file, as errors and findings name it.
  public var file: String
  /// Every relation and function of these schemas has to be declared.
  public var schemas: [String]
  public var personas: [Persona]
  /// The ids behind `:name`, those of people who only own rows included.
  public var ids: [String: String?]
  /// SQL that makes rows of every kind, run in each probe's transaction by the owner.
  public var scene: String
  public var relations: [RelationExpectation]
  public var functions: [FunctionExpectation]

  /// Text with `:me` and `:name` replaced by the ids of the acting persona and of the named ones.
  func resolved(_ text: String, for persona: Persona?) -> SQL {
    var values = ids
    if let persona { values["me"] = .some(persona.id) }
    return SQL(raw: Placeholders.replace(in: text, with: values))
  }
}

extension Expectations {
  /// What is declared for this relation: by its name, else by the pattern that says most.
  func relation(_ name: String) -> RelationExpectation? { Self.best(relations, for: name, by: \.name) }

  /// What is declared for the function of this signature, likewise.
  func function(_ signature: String) -> FunctionExpectation? {
    Self.best(functions, for: signature, by: \.signature)
  }

  private static func best<T>(_ declared: [T], for name: String, by pattern: (T) -> String) -> T? {
    declared.first { pattern($0) == name }
      ?? declared.filter { Glob(pattern($0)).matches(name) }.max { pattern($0).count < pattern($1).count }
  }
}

/// A place in a file, both counted from 1.
public struct Position: Sendable, Hashable, Comparable, CustomStringConvertible {
  public var line: Int
  public var column: Int

  public var description: String { "\(line):\(column)" }

  public static func < (left: Position, right: Position) -> Bool {
    (left.line, left.column) < (right.line, right.column)
  }
}

/// What each persona may do to each kind of row of one relation, or of those that fit one pattern.
public struct RelationExpectation: Sendable {
  /// `public.rooms`, or with `*`: `public.heartbeats_*`.
  public var name: String
  public var position: Position
  /// A row is of the first kind whose predicate holds for the acting persona.
  public var kinds: [RowKind]
  /// By persona, then by kind, in the order of `kinds`.
  public var cells: [String: [Cell]]
  /// An example of an insert for each kind that somebody may or might try to insert: what follows `insert into t`.
  public var inserts: [String: String]

  public struct RowKind: Sendable, Hashable {
    public var name: String
    public var predicate: String
  }
}

/// The verbs that are allowed, each on all columns or on some. Whatever is not in it is denied.
public struct Cell: Sendable, Hashable {
  public var grants: [Verb: Columns]
  public var position: Position

  public enum Columns: Sendable, Hashable {
    case all
    case some(Set<String>)
  }

  public func allows(_ verb: Verb) -> Bool { grants[verb] != nil }
}

public enum Verb: String, Sendable, Hashable, CaseIterable {
  case select, insert, update, delete, truncate
  /// Of a sequence.
  case usage
}

/// Who may execute one function.
public struct FunctionExpectation: Sendable {
  /// `public.cast_vote(bigint, bigint)`, the types of its input arguments; or with `*`: `muster.*`.
  public var signature: String
  public var position: Position
  /// The names of the personas who may.
  public var callers: Set<String>
}

/// `:name` in SQL, as psql writes variables; `::type` and quoted text are left alone.
enum Placeholders {
  static func replace(in text: String, with values: [String: String?]) -> String {
    var result = ""
    var rest = text[...]
    var previous: Character = " "
    var quoted = false
    while let character = rest.first {
      if character == "'" { quoted.toggle() }
      if character == ":", previous != ":", !quoted {
        let name = rest.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        if let value = values[String(name)] {
          result += SQL.literal(value)
          rest = rest.dropFirst(1 + name.count)
          previous = "'"
          continue
        }
      }
      result.append(character)
      previous = character
      rest = rest.dropFirst()
    }
    return result
  }
}

/// The text that goes one way: a whole file, or the section of one that its tool's markers set apart.
public struct Passage: Sendable, Hashable {
  public let path: String
  /// The bytes that are to run; nil for all of them.
  let range: Range<Int>?
  public let conduct: Conduct

  init(path: String, range: Range<Int>? = nil, conduct: Conduct = .plain) {
    self.path = path
    self.range = range
    self.conduct = conduct
  }

  /// The file with blanks in place of what is not to run, so that every byte that is stands where it stood.
  func bytes(of file: [UInt8]) -> [UInt8] {
    guard let range else { return file }
    var bytes = file
    for index in bytes.indices where !range.contains(index) && !Self.isLineEnd(bytes[index]) {
      bytes[index] = UInt8(ascii: " ")
    }
    return bytes
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
  }
}

/// What the conventions of the tool that a text was written for say of how it runs, beside Muster's own directives.
public struct Conduct: Sendable, Hashable {
  /// What becomes of BEGIN, COMMIT and the like in the text.
  public enum TransactionControl: Sendable, Hashable {
    /// Nothing runs.
    case refused
    /// One pair around everything is the transaction that the text runs in anyway; others cut it into groups that commit
    /// one after the other.
    case obeyed
  }

  /// A marker says that each statement commits on its own.
  public var noTransaction = false
  public var transactionControl = TransactionControl.refused
  /// A statement that cannot be in a transaction is marker enough.
  public var leavesTransactionByItself = false
  /// Its tool runs it as psql does: without BEGIN, each statement commits on its own.
  public var commitsByStatement = false
  /// What `${name}` stands for; nil where that is ordinary text.
  public var placeholders: Placeholders?
  /// Where variables of the environment are replaced.
  public var substitution: EnvironmentSubstitution?
  /// The language of a file that is not SQL and cannot run here.
  public var language: String?
  /// A file without a statement has its place in the order all the same.
  public var mayBeEmpty = false

  /// Muster's own: nothing but what the directives say.
  public static let plain = Conduct()

  /// What every other tool lets its files do.
  static let foreign: Conduct = {
    var conduct = Conduct()
    conduct.transactionControl = .obeyed
    conduct.mayBeEmpty = true
    return conduct
  }()

  init() {}

  func with(_ change: (inout Conduct) -> Void) -> Conduct {
    var copy = self
    change(&copy)
    return copy
  }
}

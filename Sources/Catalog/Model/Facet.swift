/// One property of an object, as canonical text, with the statements that give it to an object and take it away.
public struct Facet: Sendable, Hashable {
  /// When the statement that sets it may run, where an object is made anew.
  public enum Moment: Sendable, Hashable {
    /// The object's first statement sets it already.
    case creation
    /// Right after the object is made.
    case afterwards
    /// When everything else is there: it names objects that need this one.
    case atLast
  }

  public let name: String
  public let text: String
  /// Gives this value to an object that has none; nil where the object has to be made anew for it.
  public let set: [String]?
  /// Gives this value to an object that has another one; nil where the object has to be made anew for it.
  public private(set) var change: [String]?
  /// Takes it from an object that should not have it; nil where the object has to be made anew. Not needed where every
  /// object of the kind has the facet.
  public let unset: [String]?
  /// `change` works only on an object of the same shape, such as the columns of a view; others are made anew.
  public let shape: String
  public private(set) var moment: Moment

  init(
    _ name: String, _ text: String, set: [String]?, unset: [String]? = nil, shape: String = "",
    moment: Moment = .creation
  ) {
    self.name = name
    self.text = text
    self.set = set
    change = set
    self.unset = unset
    self.shape = shape
    self.moment = moment
  }

  init(
    _ name: String, _ text: String, set: String, unset: String? = nil, shape: String = "",
    moment: Moment = .creation
  ) {
    self.init(name, text, set: [set], unset: unset.map { [$0] }, shape: shape, moment: moment)
  }

  /// The same where another value is replaced by other statements than those that set the first.
  func changing(_ statements: String...) -> Facet {
    var copy = self
    copy.change = statements
    return copy
  }

  /// The same where another value can only be replaced by making the object anew.
  var unchangeable: Facet {
    var copy = self
    copy.change = nil
    return copy
  }

  func moved(to moment: Moment) -> Facet {
    var copy = self
    copy.moment = moment
    return copy
  }

  /// Whether it says what a table inherits from.
  var isAncestry: Bool { name == "partition of" || name.hasPrefix("parent ") }
}

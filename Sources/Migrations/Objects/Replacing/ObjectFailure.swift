public import SQLText

/// Why the code objects of a database cannot be made what the folder says. Nothing of them has been changed when it is
/// thrown.
public struct ObjectFailure: Error, Sendable, CustomStringConvertible {
  public enum Fault: Sendable, Hashable {
    /// Objects that no file in `objects/` defines stand in the way of dropping it; the server's reason for having to.
    case dependents([String], because: String)
    /// The same for an object whose definition was removed.
    case removedButNeeded([String])
    /// It was there before, made by something else, and is not of a kind or shape that can be replaced.
    case madeElsewhere(as: ObjectIdentity, because: String)
    case memberOfExtension(String)
    /// Two definitions made the same object.
    case madeTwice(other: String)
  }

  public let fault: Fault
  /// The object, in the server's words or those of its definition.
  public let object: String
  public let path: String
  public let position: SourcePosition?
  public let excerpt: String?

  init(_ fault: Fault, _ definition: ObjectDefinition, object: ObjectIdentity? = nil) {
    let place = definition.place
    self.fault = fault
    self.object = object?.description ?? definition.reference.description
    self.path = place.source
    self.position = place.position
    self.excerpt = place.excerpt
  }

  init(_ fault: Fault, removed object: ObjectIdentity, from path: String) {
    self.fault = fault
    self.object = object.description
    self.path = path
    self.position = nil
    self.excerpt = nil
  }

  public var description: String {
    let place = position.map { "\(path):\($0)" } ?? path
    let lines = ["\(place): \(message)", excerpt, advice, Self.aftermath]
    return lines.compactMap(\.self).joined(separator: "\n")
  }

  static let aftermath = "No code object was changed: objects/ is applied in one transaction."

  private var message: String {
    switch fault {
    case .dependents(let others, let reason):
      "\(object) cannot be replaced in place (\(reason)), and what no file in objects/ defines depends on it:\n"
        + Self.list(others)
    case .removedButNeeded(let others):
      "\(object) was defined here, its definition is gone, and what no file in objects/ defines still depends on it:\n"
        + Self.list(others)
    case .madeElsewhere(let other, let reason):
      "\(other) is there already, was not made from objects/, and cannot be replaced in place (\(reason))"
    case .memberOfExtension(let name): "\(object) belongs to extension \(name), which alone may change it"
    case .madeTwice(let other): "\(object) is also what the definition at \(other) makes"
    }
  }

  private var advice: String? {
    switch fault {
    case .dependents:
      "Move those into objects/, where they are made again with it, or drop them in a migration; it runs first."
    case .removedButNeeded:
      "Drop those in a migration, which runs first, or put the definition back."
    case .madeElsewhere(let other, _):
      "Drop it in a migration (\"drop \(other)\"), which runs first; it is made from this file in the same run."
    case .memberOfExtension, .madeTwice: "Take this definition out."
    }
  }

  private static func list(_ items: [String]) -> String { items.map { "  \($0)" }.joined(separator: "\n") }
}

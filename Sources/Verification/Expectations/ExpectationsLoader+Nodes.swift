internal import Yams

/// Nodes of the YAML as what is expected there, or an error at their place.
extension ExpectationsLoader {
  func entries(_ node: Node, _ what: String) throws(ExpectationsError) -> [(AccessTable.Field, Node)] {
    guard let mapping = node.mapping else { throw fault(at: node, "\(what): expected “name: …” lines") }
    var entries: [(AccessTable.Field, Node)] = []
    for (key, value) in mapping { entries.append((try field(key), value)) }
    return entries
  }

  func mapping(_ node: Node, _ what: String, keys: [String]) throws(ExpectationsError) -> [String: Node] {
    var fields: [String: Node] = [:]
    for (key, value) in try entries(node, what) {
      guard keys.contains(key.text) else {
        throw fault(key, "“\(key.text)” is not known here; known are \(keys.joined(separator: ", "))")
      }
      fields[key.text] = value
    }
    return fields
  }

  func text(_ node: Node) throws(ExpectationsError) -> String {
    guard let scalar = node.scalar else { throw fault(at: node, "expected text") }
    return scalar.string
  }

  func texts(_ node: Node) throws(ExpectationsError) -> [String] {
    guard let sequence = node.sequence else { throw fault(at: node, "expected a list") }
    var texts: [String] = []
    for element in sequence { texts.append(try text(element)) }
    return texts
  }

  func field(_ node: Node) throws(ExpectationsError) -> AccessTable.Field {
    AccessTable.Field(text: try text(node), position: position(of: node))
  }

  func position(of node: Node) -> Position {
    Position(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  func fault(at node: Node, _ message: String) -> ExpectationsError {
    ExpectationsError(file: file, position: position(of: node), message: message)
  }

  func fault(_ field: AccessTable.Field, _ message: String) -> ExpectationsError {
    ExpectationsError(file: file, position: field.position, message: message)
  }

  func fault(_ fault: AccessTable.Fault) -> ExpectationsError {
    ExpectationsError(file: file, position: fault.position, message: fault.message)
  }

  static func unreadable(_ error: any Error, file: String) -> ExpectationsError {
    func at(_ mark: Mark, _ problem: String) -> ExpectationsError {
      ExpectationsError(
        file: file, position: Position(line: mark.line, column: mark.column), message: problem)
    }
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return at(mark, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      return at(context.mark, "declared twice: \(duplicates.map { "\($0)" }.joined(separator: ", "))")
    default:
      return ExpectationsError(file: file, message: "\(error)")
    }
  }
}

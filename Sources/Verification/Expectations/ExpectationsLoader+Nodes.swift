/// Nodes of the YAML as what is expected there, or an error at their place.
extension ExpectationsLoader {
  func entries(_ node: YAMLNode, _ what: String) throws(ExpectationsError) -> [(AccessTable.Field, YAMLNode)]
  {
    guard let mapping = node.mapping else { throw fault(at: node, "\(what): expected “name: …” lines") }
    var entries: [(AccessTable.Field, YAMLNode)] = []
    for (key, value) in mapping { entries.append((try field(key), value)) }
    return entries
  }

  func mapping(_ node: YAMLNode, _ what: String, keys: [String]) throws(ExpectationsError) -> [String:
    YAMLNode]
  {
    var fields: [String: YAMLNode] = [:]
    for (key, value) in try entries(node, what) {
      guard keys.contains(key.text) else {
        throw fault(key, "“\(key.text)” is not known here; known are \(keys.joined(separator: ", "))")
      }
      fields[key.text] = value
    }
    return fields
  }

  func text(_ node: YAMLNode) throws(ExpectationsError) -> String {
    guard let scalar = node.scalar else { throw fault(at: node, "expected text") }
    return scalar
  }

  func texts(_ node: YAMLNode) throws(ExpectationsError) -> [String] {
    guard let sequence = node.sequence else { throw fault(at: node, "expected a list") }
    var texts: [String] = []
    for element in sequence { texts.append(try text(element)) }
    return texts
  }

  func field(_ node: YAMLNode) throws(ExpectationsError) -> AccessTable.Field {
    AccessTable.Field(text: try text(node), position: node.position)
  }

  func fault(at node: YAMLNode, _ message: String) -> ExpectationsError {
    ExpectationsError(file: file, position: node.position, message: message)
  }

  func fault(_ field: AccessTable.Field, _ message: String) -> ExpectationsError {
    ExpectationsError(file: file, position: field.position, message: message)
  }

  func fault(_ fault: AccessTable.Fault) -> ExpectationsError {
    ExpectationsError(file: file, position: fault.position, message: fault.message)
  }
}

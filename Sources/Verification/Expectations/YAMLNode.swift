/// A part of a YAML text, and where it begins. Aliases are what they stand for; all scalars are text.
struct YAMLNode: Sendable {
  indirect enum Content: Sendable {
    case scalar(String)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)])
  }

  let content: Content
  let position: Position

  var scalar: String? { if case .scalar(let text) = content { text } else { nil } }
  var sequence: [YAMLNode]? { if case .sequence(let elements) = content { elements } else { nil } }
  var mapping: [(key: YAMLNode, value: YAMLNode)]? {
    if case .mapping(let entries) = content { entries } else { nil }
  }
}

/// A text that is no YAML, or not the YAML that is read here.
struct YAMLError: Error {
  let message: String
  let position: Position?
}

internal import CLibYAML

/// Reads one document by libyaml.
struct YAMLReader: ~Copyable {
  /// It refers to itself, so it stays where it is.
  private let parser: UnsafeMutablePointer<yaml_parser_t>

  /// Nil for a text without a document.
  static func read(_ text: String) throws(YAMLError) -> YAMLNode? {
    try Array(text.utf8).withUnsafeBufferPointer { bytes throws(YAMLError) in
      let reader = try YAMLReader()
      yaml_parser_set_input_string(reader.parser, bytes.baseAddress, bytes.count)
      yaml_parser_set_encoding(reader.parser, YAML_UTF8_ENCODING)
      guard let root = try reader.nextDocument() else { return nil }
      if let more = try reader.nextDocument() {
        throw YAMLError(message: "one document is expected, and here begins another", position: more.position)
      }
      return root
    }
  }

  private init() throws(YAMLError) {
    let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      throw YAMLError(message: "out of memory", position: nil)
    }
    self.parser = parser
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  private func nextDocument() throws(YAMLError) -> YAMLNode? {
    var document = yaml_document_t()
    guard yaml_parser_load(parser, &document) == 1 else {
      throw YAMLError(
        message: parser.pointee.problem.map { String(cString: $0) } ?? "the text cannot be read",
        position: Position(parser.pointee.problem_mark))
    }
    defer { yaml_document_delete(&document) }
    guard let root = yaml_document_get_root_node(&document) else { return nil }
    var composer = Composer(document: document)
    return try composer.node(Int32(root - document.nodes.start) + 1)
  }
}

/// Turns libyaml's table of nodes, which refer to each other by number, into a tree.
private struct Composer {
  let document: yaml_document_t
  /// What is composed already: an alias takes no longer than what it stands for.
  private var done: [Int32: YAMLNode] = [:]
  private var open: Set<Int32> = []

  init(document: yaml_document_t) { self.document = document }

  mutating func node(_ number: Int32) throws(YAMLError) -> YAMLNode {
    if let node = done[number] { return node }
    let node = document.nodes.start[Int(number) - 1]
    let position = Position(node.start_mark)
    guard open.insert(number).inserted else {
      throw YAMLError(message: "this is a part of itself", position: position)
    }
    defer { open.remove(number) }
    let composed = YAMLNode(content: try content(node), position: position)
    done[number] = composed
    return composed
  }

  private mutating func content(_ node: yaml_node_t) throws(YAMLError) -> YAMLNode.Content {
    switch node.type {
    case YAML_SEQUENCE_NODE:
      let items = node.data.sequence.items
      var elements: [YAMLNode] = []
      for item in UnsafeBufferPointer(start: items.start, count: items.top - items.start) {
        elements.append(try self.node(item))
      }
      return .sequence(elements)
    case YAML_MAPPING_NODE:
      let pairs = node.data.mapping.pairs
      var entries: [(key: YAMLNode, value: YAMLNode)] = []
      for pair in UnsafeBufferPointer(start: pairs.start, count: pairs.top - pairs.start) {
        entries.append((key: try self.node(pair.key), value: try self.node(pair.value)))
      }
      try refuseTwins(entries.map(\.key))
      return .mapping(entries)
    default:
      let scalar = node.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      return .scalar(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func refuseTwins(_ keys: [YAMLNode]) throws(YAMLError) {
    var seen: Set<String> = []
    for key in keys {
      guard let name = key.scalar, !seen.insert(name).inserted else { continue }
      throw YAMLError(message: "declared twice: \(name)", position: key.position)
    }
  }
}

extension Position {
  /// libyaml counts from zero.
  fileprivate init(_ mark: yaml_mark_t) { self.init(line: Int(mark.line) + 1, column: Int(mark.column) + 1) }
}

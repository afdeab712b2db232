/// The names under which this session has prepared statements, by their text; the oldest make room.
struct PreparedStatements {
  static let limit = 256
  private var names: [String: String] = [:]
  private var order: [String] = []
  private var issued = 0

  subscript(sql: String) -> String? { names[sql] }

  /// A name for a statement about to be prepared.
  mutating func newName() -> String {
    issued += 1
    return "muster_\(issued)"
  }

  /// Remembers a prepared statement.
  /// - Returns: the name of one that is to be deallocated for it, if any.
  mutating func insert(_ sql: String, name: String) -> String? {
    names[sql] = name
    order.append(sql)
    guard order.count > Self.limit else { return nil }
    return names.removeValue(forKey: order.removeFirst())
  }

  /// Forgets a statement; the server has lost it or may lose it.
  mutating func remove(_ sql: String) {
    names[sql] = nil
    order.removeAll { $0 == sql }
  }

  mutating func removeAll() {
    names = [:]
    order = []
  }
}

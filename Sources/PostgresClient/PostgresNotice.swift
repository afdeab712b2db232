/// What the server says beside a result: `raise notice`, warnings.
public struct PostgresNotice: Sendable, Hashable, CustomStringConvertible {
  public let severity: String
  public let code: SQLState?
  public var message: String
  public var detail: String?
  public var hint: String?
  public var context: String?

  init(_ fields: PostgresError) {
    severity = fields.severity ?? "NOTICE"
    code = fields.code
    message = fields.message
    detail = fields.detail
    hint = fields.hint
    context = fields.context
  }

  public var description: String {
    let extra = [detail.map { "detail: \($0)" }, hint.map { "hint: \($0)" }].compactMap { $0 }
    return (["\(severity): \(message)"] + extra).joined(separator: "\n")
  }
}

/// What another session sent with NOTIFY.
public struct PostgresNotification: Sendable, Hashable {
  public let channel: String
  public let payload: String
  /// The backend that sent it.
  public let processID: Int32
}

import Migrations

/// One fault of the history in JSON.
struct HistoryFaultJSON: Encodable {
  let kind: String
  let version: String
  let message: String
  let file: String?
  /// What was applied against what is there, as `diff -u` shows it, however long.
  let diff: String?
  /// What was applied, of a file that is gone.
  let sql: String?

  init(_ fault: HistoryFault) {
    kind = fault.kind
    version = fault.version.digits
    message = fault.headline
    file = fault.path
    diff = fault.difference?.text
    sql = fault.lostSQL
  }
}

extension HistoryFault {
  func text(for output: Output) -> String {
    let shown =
      difference.map { [output.coloured(DiffText($0))] } ?? lostSQL.map { [LostText($0).plain] } ?? []
    return ([headline] + shown).joined(separator: "\n")
  }
}

extension MigrationError: StyledError {
  func text(for output: Output) -> String {
    let faults = historyFaults
    return faults.isEmpty
      ? description
      : faults.map { $0.text(for: output) }.joined(separator: "\n") + "\nNothing was changed."
  }
}

extension Output {
  /// A difference in the colours that people know.
  func coloured(_ diff: DiffText) -> String {
    diff.lines.map { part, text in
      switch part {
      case .name: styled(text, .bold)
      case .heading: styled(text, .cyan)
      case .removed: styled(text, .red)
      case .added: styled(text, .green)
      case .remark: styled(text, .dim)
      case .context: text
      }
    }.joined(separator: "\n")
  }
}

/// Rows under headings, as wide as they need to be and no wider than the terminal.
struct Table {
  enum Alignment { case left, right }

  struct Column {
    var title: String
    var alignment: Alignment

    static func left(_ title: String) -> Column { Column(title: title, alignment: .left) }
    static func right(_ title: String) -> Column { Column(title: title, alignment: .right) }
  }

  struct Cell: ExpressibleByStringInterpolation {
    var text: String
    var style: Style?

    init(_ text: String, _ style: Style? = nil) {
      self.text = text
      self.style = style
    }

    init(stringLiteral text: String) { self.init(text) }
  }

  var columns: [Column]
  var rows: [[Cell]] = []
  var indent = "  "

  init(_ columns: Column...) {
    self.columns = columns
  }

  mutating func add(_ cells: Cell...) { rows.append(cells) }

  /// The lines of the table. Without headings (all titles empty) there is no rule either.
  func lines(for output: Output) -> [String] {
    let widths = self.widths(fitting: output.columns)
    let body = rows.map { line($0, widths, output) }
    guard columns.contains(where: { !$0.title.isEmpty }) else { return body }
    let head = line(columns.map { Cell($0.title, .bold) }, widths, output)
    let rule = line(widths.map { Cell(String(repeating: "─", count: $0), .dim) }, widths, output)
    return [head, rule] + body
  }

  func print(to output: Output = .standard) {
    for line in lines(for: output) { output.line(line) }
  }

  /// The widest cell of each column; the last column gives way where the line would be too long.
  private func widths(fitting available: Int) -> [Int] {
    var widths = columns.indices.map { index in
      ([columns[index].title.count] + rows.compactMap { index < $0.count ? $0[index].text.count : nil }).max()
        ?? 0
    }
    let gaps = indent.count + 2 * (columns.count - 1)
    if let last = widths.indices.last {
      widths[last] = min(widths[last], max(12, available - gaps - widths.dropLast().reduce(0, +)))
    }
    return widths
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ output: Output) -> String {
    let shown = zip(cells, zip(columns, widths)).map { cell, place in
      let (column, width) = place
      let text = cell.text.count > width ? cell.text.prefix(max(0, width - 1)) + "…" : cell.text
      let padding = String(repeating: " ", count: max(0, width - text.count))
      let styled = cell.style.map { output.styled(text, $0) } ?? text
      return column.alignment == .left ? styled + padding : padding + styled
    }
    let joined = indent + shown.joined(separator: "  ")
    return String(joined.reversed().drop { $0 == " " }.reversed())
  }
}

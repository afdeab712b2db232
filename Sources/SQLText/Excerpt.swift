extension SQLSource {
  /// The line of `position` with its number, and under it a caret that points at the place:
  ///
  ///     3 | create tabel t ();
  ///       |        ^
  ///
  /// A long line is cut to a window around the place.
  func excerpt(at position: SourcePosition, window: Int) -> String {
    let scalars = Array(line(position.line).unicodeScalars)
    let place = min(position.column - 1, scalars.count)
    let first = place < window ? 0 : place - window / 2
    let last = min(scalars.count, first + window)
    let before = first > 0 ? "…" : ""
    let after = last < scalars.count ? "…" : ""
    let shown = String(String.UnicodeScalarView(scalars[first..<last]))
    let padding = before.isEmpty ? "" : " "
    let indent = scalars[first..<place].map(Self.blank).joined()
    let number = String(position.line)
    let gutter = String(repeating: " ", count: number.count)
    return "\(number) | \(before)\(shown)\(after)\n\(gutter) | \(padding)\(indent)^"
  }

  /// Blank space as wide as the scalar on a terminal, so that the caret stands under its character.
  private static func blank(_ scalar: Unicode.Scalar) -> String {
    if scalar == "\t" { return "\t" }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return ""
    default: return isWide(scalar) ? "  " : " "
    }
  }

  private static func isWide(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}

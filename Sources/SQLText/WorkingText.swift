/// The text that is being lexed, as far as it has been read.
///
/// It becomes what is sent: files where they are included, values where variables are named, and none of psql's own
/// commands. A file is there whole until something in it is replaced, and from then on comes line by line, so that a
/// replacement moves no more than the rest of its line; a file without replacements is never copied.
struct WorkingText: Sendable {
  private(set) var bytes: [UInt8]
  private(set) var end: Int
  /// What the text begins with, and is all of where there are no inputs.
  private let first: SQLSource
  private var provenance: Provenance?
  /// The files being read, the innermost last.
  private var inputs: [Input] = []
  /// The text with files in the place of `\i`, and all else as it was written; nil as long as nothing was included.
  private var expanded: [UInt8]?

  private struct Input {
    let file: Int
    /// The first byte that is not in the text.
    var next: Int
    var isWhole: Bool
    /// The first byte that is not in `expanded`.
    var unexpanded: Int
  }

  /// A text that is there already, to be lexed as far as `end`.
  init(_ source: SQLSource, end: Int? = nil) {
    first = source
    bytes = source.bytes
    self.end = end ?? source.bytes.count
  }

  /// A file that is to be read with all that it includes.
  static func reading(_ source: SQLSource) -> WorkingText {
    var text = WorkingText(source)
    text.provenance = Provenance(of: source)
    text.inputs = [Input(file: 0, next: source.bytes.count, isWhole: true, unexpanded: 0)]
    return text
  }

  /// The same as far as it is there, up to `end`.
  func closed(at end: Int) -> WorkingText {
    var text = self
    text.inputs = []
    text.end = end
    return text
  }

  // MARK: What has been read

  /// The text so far, as a source that knows where each byte came from.
  var source: SQLSource {
    guard let provenance, !provenance.isFirstFile else { return first }
    return SQLSource(name: first.name, bytes: bytes, start: first.start, provenance: provenance)
  }

  /// What the history keeps: included files where they were included, and variables by name. Complete once every file
  /// has been left.
  var written: [UInt8] { expanded ?? first.bytes }

  /// The names of the files being read, the innermost last.
  var openFiles: [String] { inputs.compactMap { provenance?.files[$0.file].name } }

  /// The names of all files that were included.
  var includedFiles: [String] { provenance?.files.dropFirst().map(\.name) ?? [] }

  func error(_ fault: SQLTextError.Fault, at offset: Int) -> SQLTextError {
    SQLTextError(fault, at: place(at: offset))
  }

  func place(at offset: Int) -> SourcePlace {
    guard let origin = provenance?.origin(of: offset) else { return first.place(at: offset) }
    return origin.file.place(at: origin.offset)
  }

  func string(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  // MARK: Reading on

  /// Reads more of the innermost file. False at its end.
  mutating func grow() -> Bool {
    guard let last = inputs.indices.last, let file = provenance?.files[inputs[last].file] else {
      return false
    }
    let next = inputs[last].next
    guard next < file.bytes.count else { return false }
    let lineEnd = inputs[last].isWhole ? nil : file.bytes[next...].firstIndex(of: ASCII.lineFeed)
    let limit = lineEnd.map { $0 + 1 } ?? file.bytes.count
    provenance?.append(file: inputs[last].file, from: next, at: bytes.count)
    bytes += file.bytes[next..<limit]
    end = bytes.count
    inputs[last].next = limit
    return true
  }

  /// Puts other bytes in the place of some that are about to be lexed.
  mutating func replace(_ range: Range<Int>, with value: [UInt8]) {
    keepLine(of: range.upperBound)
    bytes.replaceSubrange(range, with: value)
    provenance?.replace(range, count: value.count)
    end = bytes.count
  }

  /// The rest of a line that waits until the lines behind it were read.
  struct Rest {
    let bytes: [UInt8]
    let file: Int
    let offset: Int
  }

  /// Cuts the rest of the line out. What follows is then read from the line behind it.
  mutating func holdBack(from place: Int) -> Rest? {
    keepLine(of: place)
    guard let file = inputs.last?.file, let offset = provenance?.origin(of: place).offset else { return nil }
    let rest = Rest(bytes: Array(bytes[place...]), file: file, offset: offset)
    truncate(at: place)
    return rest
  }

  /// Puts the rest of a line behind what was read since.
  mutating func giveBack(_ rest: Rest, at place: Int) {
    provenance?.append(file: rest.file, from: rest.offset, at: place)
    bytes += rest.bytes
    end = bytes.count
  }

  /// Goes on with another file where a command stood, which is cut out with all behind it; what is behind it comes back
  /// once the file is left.
  mutating func enter(_ file: SQLSource, at command: Range<Int>) {
    guard let last = inputs.indices.last, let rest = provenance?.origin(of: command.upperBound).offset,
      let outer = provenance?.files[inputs[last].file], let place = provenance?.origin(of: command.lowerBound)
    else { return }
    expanded = (expanded ?? []) + outer.bytes[inputs[last].unexpanded..<place.offset]
    inputs[last].next = rest
    inputs[last].unexpanded = rest
    inputs[last].isWhole = false
    truncate(at: command.lowerBound)
    guard let index = provenance?.add(file) else { return }
    inputs.append(Input(file: index, next: file.start, isWhole: true, unexpanded: file.start))
  }

  /// Goes back to the including file. False where there is none.
  mutating func leave() -> Bool {
    guard let input = inputs.popLast(), let file = provenance?.files[input.file] else { return false }
    if expanded != nil {
      expanded? += file.bytes[input.unexpanded...]
      let isLine = expanded?.last.map(ASCII.isLineEnd) ?? true
      if !isLine, !inputs.isEmpty { expanded?.append(ASCII.lineFeed) }
    }
    return !inputs.isEmpty
  }

  /// Gives back what was read behind a line.
  private mutating func keepLine(of offset: Int) {
    guard let last = inputs.indices.last, inputs[last].isWhole else { return }
    inputs[last].isWhole = false
    guard let lineEnd = bytes[offset...].firstIndex(of: ASCII.lineFeed), let provenance else { return }
    inputs[last].next = provenance.origin(of: lineEnd + 1).offset
    truncate(at: lineEnd + 1)
  }

  private mutating func truncate(at offset: Int) {
    bytes = Array(bytes[..<offset])
    provenance?.truncate(at: offset)
    end = offset
  }
}

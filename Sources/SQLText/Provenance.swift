/// Where the bytes of a text come from that was put together from files and the values of variables.
struct Provenance: Sendable {
  /// A stretch of the text; it ends where the next one begins.
  struct Segment: Sendable {
    var start: Int
    let file: Int
    /// Where its first byte stands in the file.
    let offset: Int
    /// False for the value of a variable, all of which stands where the variable is named.
    let isVerbatim: Bool
    /// How many bytes of the file a value stands for.
    var replaced = 0

    func offset(of place: Int) -> Int { isVerbatim ? offset + place - start : offset }
  }

  private(set) var files: [SQLSource]
  private var segments: [Segment]

  init(of source: SQLSource) {
    files = [source]
    segments = [Segment(start: 0, file: 0, offset: 0, isVerbatim: true)]
  }

  /// Whether the text is its first file, byte for byte.
  var isFirstFile: Bool { segments.count == 1 && segments[0].offset == 0 && files.count == 1 }

  func origin(of offset: Int) -> (file: SQLSource, offset: Int) {
    let segment = segments[index(of: offset)]
    return (files[segment.file], segment.offset(of: offset))
  }

  /// Whether the byte was read from a file, and not from a variable.
  func isVerbatim(at offset: Int) -> Bool { segments[index(of: offset)].isVerbatim }

  mutating func add(_ file: SQLSource) -> Int {
    files.append(file)
    return files.count - 1
  }

  /// The text grows: what comes at `start` is the file from `offset` on.
  mutating func append(file: Int, from offset: Int, at start: Int) {
    let goesOn = segments.last.map { $0.isVerbatim && $0.file == file && $0.offset(of: start) == offset }
    if goesOn == true { return }
    segments.append(Segment(start: start, file: file, offset: offset, isVerbatim: true))
  }

  /// The text ends here.
  mutating func truncate(at end: Int) {
    while segments.count > 1, let last = segments.last, last.start >= end { segments.removeLast() }
  }

  /// `count` other bytes stand where `range` was; all of them come from where it began.
  mutating func replace(_ range: Range<Int>, count: Int) {
    let change = count - range.count
    let place = index(of: range.lowerBound)
    let segment = segments[place]
    for later in (place + 1)..<segments.count { segments[later].start += change }
    guard segment.isVerbatim else { return }
    var parts: [Segment] = []
    if segment.start < range.lowerBound { parts.append(segment) }
    let origin = segment.offset(of: range.lowerBound)
    // One without bytes is there for what was written.
    parts.append(
      Segment(
        start: range.lowerBound, file: segment.file, offset: origin, isVerbatim: false,
        replaced: range.count))
    parts.append(
      Segment(
        start: range.lowerBound + count, file: segment.file, offset: origin + range.count, isVerbatim: true))
    segments.replaceSubrange(place...place, with: parts)
  }

  /// The bytes of a range with what stands in the files for variables, in the place of their values.
  func written(_ range: Range<Int>, of bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var replaced: Segment?
    for place in index(of: range.lowerBound)..<segments.count where segments[place].start < range.upperBound {
      let segment = segments[place]
      let end = place + 1 < segments.count ? segments[place + 1].start : bytes.count
      let file = files[segment.file]
      if segment.isVerbatim {
        let (first, last) = (max(segment.start, range.lowerBound), min(end, range.upperBound))
        result += file.written(segment.offset(of: first)..<segment.offset(of: last))
      } else if replaced?.file != segment.file || replaced?.offset != segment.offset {
        result += file.written(segment.offset..<segment.offset + segment.replaced)
        replaced = segment
      }
    }
    return result
  }

  private func index(of offset: Int) -> Int {
    var low = 0
    var high = segments.count - 1
    while low < high {
      let middle = (low + high + 1) / 2
      if segments[middle].start <= offset { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

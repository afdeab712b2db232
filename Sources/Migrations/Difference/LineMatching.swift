/// Which lines of two texts are the same, in the same order: an edit script over lines.
///
/// Lines that occur once on both sides are matched first; they cut the texts into pieces, and a piece gets the shortest
/// script, which is `CollectionDifference`. The time that takes grows with the square of the changes, so a large piece with
/// nothing in common to hold on to counts as replaced.
struct LineMatching {
  /// For each old line, whether it is gone; for each new line, whether it came.
  private(set) var removed: [Bool]
  private(set) var added: [Bool]

  /// So many lines of both sides together still get the shortest script.
  private static let pieceLimit = 2000

  /// Lines are compared by their bytes: what Unicode calls equivalent is an edit all the same.
  init(old: [ArraySlice<UInt8>], new: [ArraySlice<UInt8>]) {
    var numbers: [ArraySlice<UInt8>: Int] = [:]
    func number(_ line: ArraySlice<UInt8>) -> Int {
      if let known = numbers[line] { return known }
      numbers[line] = numbers.count
      return numbers.count - 1
    }
    let (old, new) = (old.map(number), new.map(number))
    removed = Array(repeating: false, count: old.count)
    added = Array(repeating: false, count: new.count)
    var (oldStart, newStart) = (0, 0)
    for anchor in Self.anchors(old, new) + [(old.count, new.count)] {
      match(old[oldStart..<anchor.0], new[newStart..<anchor.1])
      (oldStart, newStart) = anchor
    }
  }

  private mutating func match(_ old: ArraySlice<Int>, _ new: ArraySlice<Int>) {
    let prefix = zip(old, new).prefix { $0 == $1 }.count
    let suffix = zip(old.dropFirst(prefix).reversed(), new.dropFirst(prefix).reversed()).prefix { $0 == $1 }
      .count
    let (old, new) = (old.dropFirst(prefix).dropLast(suffix), new.dropFirst(prefix).dropLast(suffix))
    guard !old.isEmpty, !new.isEmpty, old.count + new.count <= Self.pieceLimit else {
      for index in old.indices { removed[index] = true }
      for index in new.indices { added[index] = true }
      return
    }
    for change in Array(new).difference(from: Array(old)) {
      switch change {
      case .remove(let offset, _, _): removed[old.startIndex + offset] = true
      case .insert(let offset, _, _): added[new.startIndex + offset] = true
      }
    }
  }

  /// Places of lines that occur once on both sides: of those the most that come in one order.
  private static func anchors(_ old: [Int], _ new: [Int]) -> [(Int, Int)] {
    let (oldPlaces, newPlaces) = (soloPlaces(old), soloPlaces(new))
    let common = oldPlaces.compactMap { line, place in newPlaces[line].map { (place, $0) } }.sorted {
      $0.0 < $1.0
    }
    return longestRise(common)
  }

  private static func soloPlaces(_ lines: [Int]) -> [Int: Int] {
    var places: [Int: Int] = [:]
    var repeated: Set<Int> = []
    for (place, line) in lines.enumerated() where places.updateValue(place, forKey: line) != nil {
      repeated.insert(line)
    }
    return places.filter { !repeated.contains($0.key) }
  }

  /// The longest run of pairs whose second parts rise, as in patience sorting: a pair goes on the first pile whose top
  /// is not below it, and remembers the top of the pile before.
  private static func longestRise(_ pairs: [(Int, Int)]) -> [(Int, Int)] {
    var tops: [Int] = []
    var before: [Int?] = []
    for (index, pair) in pairs.enumerated() {
      var (low, high) = (0, tops.count)
      while low < high {
        let middle = (low + high) / 2
        if pairs[tops[middle]].1 < pair.1 { low = middle + 1 } else { high = middle }
      }
      before.append(low > 0 ? tops[low - 1] : nil)
      if low < tops.count { tops[low] = index } else { tops.append(index) }
    }
    var run: [(Int, Int)] = []
    var next = tops.last
    while let index = next {
      run.append(pairs[index])
      next = before[index]
    }
    return run.reversed()
  }
}

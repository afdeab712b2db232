internal import Glibc

extension Timestamp {
  /// This machine's time; the server's is `select now()`.
  public static var now: Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }
}

extension Timestamp: CustomStringConvertible {
  /// ISO 8601 in UTC with microseconds, such as `2026-11-21T07:03:21.000250Z`; BC years as PostgreSQL writes them.
  public var description: String {
    if self == .infinity { return "infinity" }
    if self == .minusInfinity { return "-infinity" }
    let (seconds, fraction) = microseconds.flooredDivision(by: 1_000_000)
    let (days, second) = seconds.flooredDivision(by: 86_400)
    let date = CivilDate(daysSince1970: days)
    let time = [second / 3600, second / 60 % 60, second % 60].map { $0.padded(2) }.joined(separator: ":")
    let year = date.year > 0 ? date.year : 1 - date.year
    let era = date.year > 0 ? "" : " BC"
    return
      "\(year.padded(4))-\(date.month.padded(2))-\(date.day.padded(2))T\(time).\(fraction.padded(6))Z\(era)"
  }
}

extension Timestamp: PostgresEncodable, PostgresDecodable {
  public var postgresText: String? { description }

  /// Reads `timestamptz`, `timestamp` and `date` in the ISO style, in any time zone; without a zone it is UTC.
  public init?(postgresText text: String) {
    switch text {
    case "infinity": self = .infinity
    case "-infinity": self = .minusInfinity
    default:
      var scanner = TimestampScanner(text)
      guard let microseconds = scanner.read() else { return nil }
      self.init(microseconds: microseconds)
    }
  }
}

/// Reads PostgreSQL's ISO style: `2026-11-21 08:03:21.25+01:30:15 BC`.
private struct TimestampScanner {
  private var rest: Substring.UTF8View
  private let isBC: Bool

  init(_ text: String) {
    isBC = text.hasSuffix(" BC")
    rest = Substring(isBC ? text.dropLast(3) : Substring(text)).utf8
  }

  mutating func read() -> Int64? {
    guard let year = number(), take("-"), let month = number(), take("-"), let day = number(),
      1...12 ~= month, 1...31 ~= day
    else { return nil }
    let days = CivilDate(year: isBC ? 1 - year : year, month: month, day: day).daysSince1970
    guard !rest.isEmpty else { return days * 86_400_000_000 }
    guard take(" ") || take("T"), let hour = number(), take(":"), let minute = number(), take(":"),
      let second = number(),
      let fraction = fraction(), let offset = offset(), rest.isEmpty
    else { return nil }
    return (days * 86_400 + hour * 3600 + minute * 60 + second - offset) * 1_000_000 + fraction
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func number() -> Int64? {
    let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    rest = rest[digits.endIndex...]
    return Int64(Substring(digits))
  }

  private mutating func fraction() -> Int64? {
    guard take(".") else { return 0 }
    let before = rest.count
    guard let number = number() else { return nil }
    let digits = before - rest.count
    guard digits <= 6 else { return nil }
    return (digits..<6).reduce(number) { value, _ in value * 10 }
  }

  private mutating func offset() -> Int64? {
    if rest.isEmpty || take("Z") { return 0 }
    let isWest = take("-")
    guard isWest || take("+"), var seconds = number().map({ $0 * 3600 }) else { return nil }
    for unit in [60, 1] as [Int64] where take(":") {
      guard let part = number() else { return nil }
      seconds += part * unit
    }
    return isWest ? -seconds : seconds
  }
}

/// A day of the proleptic Gregorian calendar, with the year 0 for 1 BC.
struct CivilDate: Equatable {
  var year: Int64
  var month: Int64
  var day: Int64

  init(year: Int64, month: Int64, day: Int64) {
    self.year = year
    self.month = month
    self.day = day
  }

  // Counted in years that begin with March, so that the leap day is a year's last, and in the 146,097 days of 400 such years.
  init(daysSince1970 days: Int64) {
    let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  }

  var daysSince1970: Int64 {
    let (era, yearOfEra) = (month <= 2 ? year - 1 : year).flooredDivision(by: 400)
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Int64 {
  fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  fileprivate func padded(_ width: Int) -> String {
    let digits = String(self)
    return String(repeating: "0", count: Swift.max(0, width - digits.count)) + digits
  }
}

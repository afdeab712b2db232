import ArgumentParser
import Migrations

/// How `muster migrate --plan` looks ahead.
struct PlanOptions: ParsableArguments {
  @OptionGroup var scratch: ScratchOptions

  @Option(
    help: ArgumentHelp(
      "With --plan: warn of rewrites, blocking scans and exclusive locks on relations of this size or more.",
      valueName: "size"))
  var large = ByteCount(bytes: Risk.defaultThreshold)
}

/// `100MB`, `1GB`, `512kB`, `0`, in powers of 1024 as PostgreSQL has them.
struct ByteCount: ExpressibleByArgument, Sendable {
  let bytes: Int

  private static let units = ["": 1, "b": 1, "kb": 1 << 10, "mb": 1 << 20, "gb": 1 << 30, "tb": 1 << 40]

  init(bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let digits = argument.prefix { ("0"..."9").contains($0) }
    let unit = argument.dropFirst(digits.count).drop { $0 == " " }.lowercased()
    guard let number = Int(digits), let factor = Self.units[unit] else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(by: factor)
    guard !overflow else { return nil }
    bytes = product
  }

  var defaultValueDescription: String { humanBytes(bytes).replacing(" ", with: "") }
}

import FoundationEssentials
import Verification

extension Expectations {
  /// Reads the file that an option names, else the one that comes with Muster.
  ///
  /// - Throws: ``UsageError`` with the place in the file where it is wrong.
  static func read(_ path: String?) throws -> Expectations {
    let file = try path ?? Provisions.path(of: "expectations/access.yaml", option: "--expectations")
    do {
      return try Expectations(yaml: String(contentsOfFile: file, encoding: .utf8), file: file)
    } catch let error as ExpectationsError {
      throw UsageError(message: error.description)
    } catch {
      throw UsageError(
        message: "cannot read \(file): \(error)",
        hint: "Say with --expectations which table of access the database is to be held to.")
    }
  }
}

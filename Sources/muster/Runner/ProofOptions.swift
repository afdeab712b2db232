import ArgumentParser
import Verification

/// Whether a run is to be proved before it is committed, and by which table.
struct ProofOptions: ParsableArguments {
  @Flag(
    name: .customLong("verify"),
    help: ArgumentHelp(
      "Try the access table before anything is committed, and roll back where it fails.",
      discussion: """
        The pending files run in one transaction; every persona of the table is put to every verb in it, as muster \
        verify does; only then it commits. A no-transaction file cuts the run in two, and is itself proved when its \
        statements are done.
        """))
  var isWanted = false

  @Option(
    help: ArgumentHelp("Who may do what: the table that --verify tries.", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var expectations: String?

  func validate() throws {
    if expectations != nil, !isWanted { throw ValidationError("--expectations is for --verify.") }
  }

  /// The table; nil where no proof is wanted.
  func table() throws -> Expectations? { isWanted ? try Expectations.read(expectations) : nil }
}

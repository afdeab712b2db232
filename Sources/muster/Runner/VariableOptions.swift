import ArgumentParser
import FoundationEssentials
import Migrations
import SQLText

/// Which of the environment's variables the files may use.
struct VariableOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Let the files use this variable of the environment as :NAME, :'NAME' and :\"NAME\"; may be repeated.",
      discussion: """
        Between goose's ENVSUB ON and OFF as ${NAME}, too. A file may ask for it itself, with "-- muster: env NAME" at \
        its top. No other variable of the environment reaches a file, and no value reaches the history, a checksum or \
        an output.
        """,
      valueName: "name"))
  var env: [String] = []

  /// Throws `UsageError` where the environment does not have a variable that it is to give.
  func context() throws -> ScriptContext {
    let environment = ProcessInfo.processInfo.environment
    var variables: [String: String] = [:]
    for name in env {
      guard let value = environment[name] else {
        throw UsageError(message: "the environment has no \(name), which --env \(name) lets the files use")
      }
      variables[name] = value
    }
    return .files(variables: variables)
  }
}

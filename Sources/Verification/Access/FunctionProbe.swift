import PostgresClient

/// Lets every persona call one function, and compares with who was declared to be allowed.
struct FunctionProbe {
  let stage: Stage
  let function: FunctionFacts
  let expectation: FunctionExpectation

  func run(as persona: Persona) throws {
    stage.cells += 1
    let may = expectation.callers.contains(persona.name)
    let granted = try stage.look(
      "select has_function_privilege(\(persona.role), \(function.signature)::regprocedure, 'execute')")
    let has = granted.first?[0] == "t"
    if may != has {
      stage.note(
        "\(function.signature): \(persona.name) \(has ? "may execute it, undeclared" : "is declared, and may not")"
      )
    }
    guard !function.isTrigger, !may else { return }
    try stage.trial(as: persona, function.call(with: nil)) { result in
      switch result {
      case .success: stage.note("\(function.signature): \(persona.name) called it")
      case .failure(let error):
        guard error.code != .insufficientPrivilege else { return }
        stage.note("\(function.signature): \(persona.name) was let in", detail: error.message)
      }
    }
  }

  /// Calls it with nulls and with odd values: it may refuse, with a SQLSTATE that says why, but never break.
  func provoke(as persona: Persona) throws {
    guard !function.isTrigger, expectation.callers.contains(persona.name) else { return }
    for argument in arguments {
      try stage.trial(as: persona, function.call(with: argument)) { result in
        guard case .failure(let error) = result, isBreakage(error) else { return }
        stage.note(
          "\(function.signature): breaks for \(persona.name) when called with \(argument.map { "“\($0.prefix(20))”" } ?? "null")",
          detail: error.description)
      }
    }
  }

  /// Odd texts are tried where every argument is text; others would not get past their type's input.
  private var arguments: [String?] {
    guard !function.arguments.isEmpty else { return [nil] }
    return function.arguments.allSatisfy { $0 == "text" }
      ? [nil, "", "x", "';--", String(repeating: "a", count: 5_000)]
      : function.arguments.allSatisfy { ["integer", "bigint"].contains($0) }
        ? [nil, "0", "-1", "2147483647"] : [nil]
  }

  /// Internal errors, and those that speak of a mistake in the function's own SQL.
  private func isBreakage(_ error: PostgresError) -> Bool {
    guard let code = error.code else { return true }
    if code == .insufficientPrivilege || error.context?.contains(" at RAISE") == true { return false }
    return ["XX", "42", "2F", "39", "0A", "21", "54", "57"].contains(String(code.category))
  }
}

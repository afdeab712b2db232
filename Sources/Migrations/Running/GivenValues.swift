import PostgresClient

extension Script {
  /// What the server says, with the names of variables in the place of their values, which may be secrets. Very short
  /// values are left, for they are parts of other words.
  func withoutGivenValues(_ error: PostgresError) -> PostgresError {
    let secrets = givenValues.filter { $0.value.count >= 4 }.sorted { $0.value.count > $1.value.count }
    guard !secrets.isEmpty else { return error }
    func named(_ text: String) -> String {
      secrets.reduce(text) { $0.replacing($1.value, with: ":\($1.key)") }
    }
    var error = error
    error.message = named(error.message)
    error.detail = error.detail.map(named)
    error.hint = error.hint.map(named)
    error.context = error.context.map(named)
    error.internalQuery = error.internalQuery.map(named)
    return error
  }
}

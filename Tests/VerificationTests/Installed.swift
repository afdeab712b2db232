import PostgresClient
import TestSupport
import Verification

extension Installed {
  /// What a check is given, in a database of its own that has been spoilt by the script.
  static func context(seed: UInt64 = 1, clients: Int? = nil, spoiltBy script: String = "") async throws
    -> CheckContext
  {
    let settings = try await database()
    if !script.isEmpty { try await TestSupport.script(script, in: settings) }
    return CheckContext(settings: settings, allowance: .throwaway, seed: seed, clients: clients)
  }
}

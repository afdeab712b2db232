import PostgresClient
import TemporaryCluster
import Testing
import Verification

@Suite("Delivery checks, live", .serialized, .timeLimit(.minutes(2))) struct DeliveryCheckTests {
  @Test(arguments: DeliveryChecks.all) func `passes on the features as they are`(check: Check) async throws {
    let context = try await Installed.context(clients: 60)
    let outcome = try await check.run(context)
    guard case .passed = outcome else {
      Issue.record("\(check.name): \(outcome)")
      return
    }
  }
}

extension Check: CustomTestStringConvertible {
  public var testDescription: String { name }
}

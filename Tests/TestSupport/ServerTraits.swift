private import TemporaryCluster
package import Testing

extension Trait where Self == ConditionTrait {
  /// For what came with this major version: where the server is older, the test is reported as skipped.
  package static func onServer(_ version: Int) -> Self {
    .enabled("PostgreSQL \(version) or later") {
      try await TemporaryCluster.shared().binaries.version >= version
    }
  }
}

package import TemporaryCluster

extension TemporaryCluster {
  private static let slotCluster = Task { try await start() }

  /// A second cluster of the whole process. A logical slot begins where no older transaction of its cluster is open, and
  /// other tests leave theirs open on purpose.
  package static func forSlots() async throws -> TemporaryCluster {
    try await slotCluster.value
  }
}

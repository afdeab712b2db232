import Foundation
import TemporaryCluster

/// Starts a cluster, prints its folder and waits to be killed: what is left then is what the tests look at.
@main
struct ClusterHolder {
  static func main() async throws {
    let cluster = try await TemporaryCluster.start()
    try FileHandle.standardOutput.write(contentsOf: Data("\(cluster.folder)\n".utf8))
    while true { try await Task.sleep(for: .seconds(3600)) }
  }
}

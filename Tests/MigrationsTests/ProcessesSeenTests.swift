import Migrations
import Testing

@Suite struct ProcessesSeenTests {
  @Test(
    arguments: [
      ([1], [2], false), ([1, 1, 1], [2, 2], false), ([1, 1], [], false),
      ([1], [1], true), ([1, 2], [3], true), ([1, 1, 1], [2, 3], true), ([1, 2, 1], [2], true),
      ([1, 2], [], true),
    ] as [([Int32], [Int32], Bool)])
  func `sessions that are kept have one process each, and no two the same`(
    first: [Int32], second: [Int32], isShared: Bool
  ) {
    #expect(ProcessesSeen(first: first, second: second).isShared == isShared)
  }
}

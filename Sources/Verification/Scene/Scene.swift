/// What is played on one stage, and the promise that it puts to the test.
struct Scene: Sendable {
  var name: String
  var promise: String
  var tags: Set<Check.Tag> = []
  /// Acts and judges, and returns the figure to show where nothing was found.
  var play: @Sendable (Stage) throws -> String

  init(
    _ name: String, _ promise: String, tags: Set<Check.Tag> = [],
    play: @escaping @Sendable (Stage) throws -> String
  ) {
    self.name = name
    self.promise = promise
    self.tags = tags
    self.play = play
  }

  /// In a transaction of its own.
  var check: Check { .scene(name, promise, tags: tags, play: play) }
}

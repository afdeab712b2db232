/// All that a deployment is to do.
struct Tasks: Sendable {
  /// In order.
  var works: [Work]
  /// Nil where they are to be left alone.
  var objects: ObjectWork?

  var isEmpty: Bool { works.isEmpty && objects == nil }
}

/// What is committed together: files, and what becomes of the code objects in their transaction.
struct DeploymentStep: Sendable {
  var works: [Work] = []
  /// Made what the folder says behind the files.
  var objects: ObjectWork?
  /// Code objects that the files cannot do with there.
  var inTheWay: Set<ObjectIdentity> = []

  var isTransactional: Bool { works.allSatisfy { !$0.script.directives.noTransaction } }

  func blocked(by blockers: [Blocker]) -> MigrationEvent {
    works.first.map { .blocked($0.file, by: blockers) } ?? .objectsBlocked(by: blockers)
  }

  func retrying(_ failure: StatementFailure, attempt: Int, after pause: Duration) -> MigrationEvent {
    works.first.map { .retrying($0.file, failure, attempt: attempt, after: pause) }
      ?? .objectsRetrying(failure, attempt: attempt, after: pause)
  }
}

/// What a deployment has done so far.
struct Deployed: Sendable {
  var done: [MigrationReport.Applied] = []
  private(set) var objects: [ObjectChange] = []
  private(set) var objectsTook = Duration.zero

  mutating func add(_ changes: [ObjectChange], took: Duration, _ report: (MigrationEvent) -> Void) {
    objects += changes
    objectsTook += took
    report(.objectsApplied(changes, took: took))
  }
}

extension Deployment {
  /// One file after another; where the commit depends on a look at them, all together that can be in one transaction, and the
  /// code objects with the last.
  func steps(of tasks: Tasks) -> [DeploymentStep] {
    let files = tasks.works.prefix { $0.direction != .hook(.after) }
    let hook = tasks.works.dropFirst(files.count).map { DeploymentStep(works: [$0]) }
    guard options.beforeCommit != nil else {
      return files.map { DeploymentStep(works: [$0]) } + Self.alone(tasks.objects) + hook
    }
    return Self.together(files, tasks.objects) + hook
  }

  private static func alone(_ objects: ObjectWork?) -> [DeploymentStep] {
    objects.map { [DeploymentStep(objects: $0)] } ?? []
  }

  /// Files that can be in one transaction, in one step as long as none comes between that cannot, and the code objects with
  /// the last.
  private static func together(_ works: some Sequence<Work>, _ objects: ObjectWork?) -> [DeploymentStep] {
    var steps = works.reduce(into: [DeploymentStep]()) { steps, work in
      if !work.script.directives.noTransaction, let last = steps.indices.last, steps[last].isTransactional {
        steps[last].works.append(work)
      } else {
        steps.append(DeploymentStep(works: [work]))
      }
    }
    guard let last = steps.indices.last, steps[last].isTransactional else { return steps + alone(objects) }
    steps[last].objects = objects
    return steps
  }

  /// What is left to be done, in another way, after a file failed because code objects stand in its way: they are dropped before
  /// it and made again behind the files that follow, all in one transaction, so that nobody ever misses them.
  ///
  /// Nil when that would not help.
  func makingWay(
    for failure: StatementFailure, in steps: [DeploymentStep], _ objects: ObjectWork?, _ settings: RunSettings
  ) async throws -> [DeploymentStep]? {
    guard let objects, let step = steps.first, step.isTransactional, let file = step.works.first?.file else {
      return nil
    }
    let found = try await objectsInTheWay(of: failure, settings).subtracting(step.inTheWay)
    guard !found.isEmpty else { return nil }
    report(.makingWay(file, found.sorted { $0.description < $1.description }))
    let left = steps.flatMap(\.works)
    let files = left.prefix { $0.direction != .hook(.after) }
    var wider = Self.together(files, objects)
    wider[0].inTheWay = step.inTheWay.union(found)
    // Made again with what they stood in the way of, even where more files follow.
    wider[0].objects = objects
    return wider + left.dropFirst(files.count).map { DeploymentStep(works: [$0]) }
  }
}

internal import CLibPQ
internal import Glibc

/// A file descriptor by which any thread wakes one that sleeps in `poll`.
final class Wakeup: Sendable {
  let descriptor: Int32

  init() {
    descriptor = clibpq_eventfd()
    precondition(descriptor >= 0, "no file descriptor left for an eventfd: errno \(errno)")
  }

  deinit { Glibc.close(descriptor) }

  func signal() {
    var one: UInt64 = 1
    _ = Glibc.write(descriptor, &one, MemoryLayout<UInt64>.size)
  }

  func drain() {
    var count: UInt64 = 0
    _ = Glibc.read(descriptor, &count, MemoryLayout<UInt64>.size)
  }
}

/// Runs a closure on a new detached thread; false when the system has no thread to give.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  final class Box: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }
  let box = Unmanaged.passRetained(Box(body))
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  guard status == 0 else {
    box.release()
    return false
  }
  pthread_detach(thread)
  return true
}

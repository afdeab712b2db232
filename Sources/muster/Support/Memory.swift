#if canImport(Glibc)
  import Glibc
#endif

/// What a process may do to need less memory, and to ask the system for it less often.
enum Memory {
  /// One heap for all threads, where glibc gives each its own, and one that grows by large pieces: each change of the memory map
  /// interrupts the threads on other processors. To be called before there is a second thread.
  static func shareOneHeap() {
    #if canImport(Glibc)
      // Swift's module of glibc leaves malloc.h out.
      typealias Mallopt = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
      let (arenaMax, topPad, mmapThreshold): (Int32, Int32, Int32) = (-8, -2, -3)
      guard let symbol = dlsym(nil, "mallopt") else { return }
      let mallopt = unsafeBitCast(symbol, to: Mallopt.self)
      _ = mallopt(arenaMax, 1)
      _ = mallopt(topPad, 1 << 20)
      _ = mallopt(mmapThreshold, 1 << 20)
    #endif
  }
}

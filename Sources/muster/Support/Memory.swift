#if canImport(Glibc)
  import Glibc
#endif

/// What a process may do to need less of it.
enum Memory {
  /// One heap for all threads, where glibc gives each its own: for a command whose threads mostly wait for each other.
  static func shareOneHeap() {
    #if canImport(Glibc)
      // Swift's module of glibc leaves malloc.h out.
      typealias Mallopt = @convention(c) (_ parameter: Int32, _ value: Int32) -> Int32
      let arenaMax: Int32 = -8
      guard let symbol = dlsym(nil, "mallopt") else { return }
      _ = unsafeBitCast(symbol, to: Mallopt.self)(arenaMax, 1)
    #endif
  }
}

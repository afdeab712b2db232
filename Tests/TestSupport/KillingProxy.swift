private import Foundation
package import PostgresClient
import Synchronization

#if canImport(Glibc)
  private import Glibc
#else
  private import Darwin
#endif

/// Stands between a client and a server, counts what the client's first connection, or all, send, and at one of those
/// messages kills the client or the server process.
package final class KillingProxy: Sendable {
  package struct Deed: Sendable, Hashable, CustomStringConvertible {
    package enum Victim: Sendable, CaseIterable { case client, server }

    /// At the how manieth message, from 1.
    package var message: Int
    package var victim: Victim
    /// Whether the message is still passed on; its answer never is.
    package var passesOn: Bool

    package init(message: Int, victim: Victim, passesOn: Bool) {
      self.message = message
      self.victim = victim
      self.passesOn = passesOn
    }

    package var description: String {
      "\(victim) killed \(passesOn ? "behind" : "ahead of") message \(message)"
    }
  }

  private struct State {
    var connections = 0
    var messages = 0
    /// The server process of each connection.
    var backends: [Int: Int32] = [:]
    var isDone = false
  }

  /// The messages at which a statement begins or ends: a query, an execution, the end of COPY data.
  private static let counted = Set("QEc".utf8)

  private let folder: String
  private let target: String
  private let deed: Deed?
  private let countsAll: Bool
  private let killBackend: @Sendable (Int32) -> Void
  private let listener: Int32
  private let state = Mutex(State())

  /// How to reach the database through it.
  package let settings: ConnectionSettings

  /// `killBackend` ends the server process with that id, and returns when it is gone.
  package init(
    before database: ConnectionSettings, _ deed: Deed? = nil, countingAll countsAll: Bool = false,
    killBackend: @escaping @Sendable (Int32) -> Void = { _ in }
  ) throws {
    let port = database.parameters["port"] ?? "5432"
    folder = "/tmp/muster-kp-\(UUID().uuidString.prefix(8))"
    target = "\(database.parameters["host"] ?? "")/.s.PGSQL.\(port)"
    settings = database.with("host", folder)
    self.deed = deed
    self.countsAll = countsAll
    self.killBackend = killBackend
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    listener = try Socket.listen("\(folder)/.s.PGSQL.\(port)")
    Thread.detachNewThread { [self] in
      while let client = Socket.accept(listener) {
        Thread.detachNewThread { self.serve(client) }
      }
    }
  }

  /// How many messages were counted so far.
  package var messages: Int { state.withLock { $0.messages } }

  /// Whether something was killed.
  package var isDone: Bool { state.withLock { $0.isDone } }

  package func close() {
    shutdown(listener, Int32(SHUT_RDWR))
    Glibc.close(listener)
    try? FileManager.default.removeItem(atPath: folder)
  }

  // MARK: A connection

  private func serve(_ client: Int32) {
    let number = state.withLock { state in
      state.connections += 1
      return state.connections
    }
    guard let server = try? Socket.connect(target) else { return _ = Glibc.close(client) }
    let directions = DirectionsLeft()
    Thread.detachNewThread {
      self.passAnswers(from: server, to: client, of: number)
      directions.finish(client, server)
    }
    passMessages(from: client, to: server, of: number)
    directions.finish(client, server)
  }

  /// Either direction that ends ends the other, and the last closes the sockets.
  private final class DirectionsLeft: Sendable {
    private let count = Mutex(2)

    func finish(_ sockets: Int32...) {
      for socket in sockets { shutdown(socket, Int32(SHUT_RDWR)) }
      count.withLock { count in
        count -= 1
        if count == 0 { for socket in sockets { Glibc.close(socket) } }
      }
    }
  }

  /// The first message of a session has a length and no type.
  private func passMessages(from client: Int32, to server: Int32, of number: Int) {
    let isCounted = countsAll || number == 1
    var isGreeting = true
    while let message = Socket.message(from: client, hasType: !isGreeting) {
      let isDue = isCounted && !isGreeting && Self.counted.contains(message[0]) && count()
      if isDue, deed?.passesOn == false { return kill(client, number) }
      guard Socket.write(message, to: server) else { return }
      if isDue { return kill(client, number) }
      isGreeting = false
    }
  }

  private func count() -> Bool {
    state.withLock { state in
      state.messages += 1
      guard state.messages == deed?.message else { return false }
      state.isDone = true
      return true
    }
  }

  private func kill(_ client: Int32, _ number: Int) {
    switch deed?.victim {
    case .client:
      if let process = Socket.peer(of: client) { Glibc.kill(process, SIGKILL) }
    case .server: killBackend(state.withLock { $0.backends[number] ?? 0 })
    case nil: break
    }
  }

  private func passAnswers(from server: Int32, to client: Int32, of number: Int) {
    let isCounted = countsAll || number == 1
    while let message = Socket.message(from: server, hasType: true) {
      if message[0] == UInt8(ascii: "K") {
        let id = message[5..<9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        state.withLock { $0.backends[number] = Int32(bitPattern: id) }
      }
      // Nobody hears what follows the deed, but that the server is gone.
      let isUnheard = isCounted && state.withLock { $0.isDone }
      if isUnheard, deed?.victim == .client || message[0] != UInt8(ascii: "E") { continue }
      guard Socket.write(message, to: client) else { return }
    }
  }
}

/// Sockets as the system has them, blocking.
private enum Socket {
  static func listen(_ path: String) throws -> Int32 {
    let socket = try make(path) { bind($0, $1, $2) }
    guard Glibc.listen(socket, 64) == 0 else { throw failure("listen") }
    return socket
  }

  static func connect(_ path: String) throws -> Int32 { try make(path) { Glibc.connect($0, $1, $2) } }

  static func accept(_ listener: Int32) -> Int32? {
    let socket = Glibc.accept(listener, nil, nil)
    return socket >= 0 ? socket : nil
  }

  private static func make(
    _ path: String, _ join: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws -> Int32 {
    let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { throw failure("socket") }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        join(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0 else { throw failure(path) }
    return socket
  }

  private static func failure(_ what: String) -> any Error {
    PostgresError(.connection, "\(what): \(String(cString: strerror(errno)))")
  }

  /// A message whole: its type, its length, and what the length counts.
  static func message(from socket: Int32, hasType: Bool) -> [UInt8]? {
    let head = hasType ? 5 : 4
    guard var bytes = read(head, from: socket) else { return nil }
    let length = bytes.suffix(4).reduce(0) { $0 << 8 | Int($1) }
    guard length > 4 else { return bytes }
    guard let rest = read(length - 4, from: socket) else { return nil }
    bytes += rest
    return bytes
  }

  private static func read(_ count: Int, from socket: Int32) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let received = bytes.withUnsafeMutableBytes {
        recv(socket, $0.baseAddress! + filled, count - filled, 0)
      }
      guard received > 0 else { return nil }
      filled += received
    }
    return bytes
  }

  static func write(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(socket, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// The process at the other end: the first member of the kernel's `struct ucred`.
  static func peer(of socket: Int32) -> Int32? {
    var credentials: (pid: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
    var size = socklen_t(MemoryLayout.size(ofValue: credentials))
    guard getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0 else { return nil }
    return credentials.pid
  }
}

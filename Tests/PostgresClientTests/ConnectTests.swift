import FoundationEssentials
import Glibc
import PostgresClient
import Testing

@Suite(.timeLimit(.minutes(10))) struct ConnectTests {
  @Test func theServerIsKnown() async throws {
    let connection = try await connect()
    #expect(connection.serverVersion >= 150_000)
    #expect(
      try await connection.query("select pg_backend_pid()").scalar(Int32.self) == connection.backendProcessID)
    #expect(await connection.parameterStatus("client_encoding") == "UTF8")
    #expect(try await connection.query("show application_name").scalar(String.self) == "muster")
  }

  @Test func everyHostOfAListIsTried() async throws {
    let settings = try await serverSettings()
    let host = try #require(settings.parameters["host"])
    let connection = try await PostgresConnection.connect(
      settings.with("host", "/nowhere,\(host)").with("port", "1,5432"))
    #expect(try await connection.query("select 1").scalar(Int.self) == 1)
    let standby = settings.with("target_session_attrs", "standby")
    #expect(await postgresError { _ = try await PostgresConnection.connect(standby) }?.kind == .connection)
  }

  @Test func refusalsSayWhy() async throws {
    let settings = try await serverSettings()
    let database = await postgresError {
      _ = try await PostgresConnection.connect(settings.with("dbname", "nowhere"))
    }
    #expect(database?.kind == .connection)
    #expect(database?.message.contains("database \"nowhere\" does not exist") == true)
    let absent = await postgresError {
      _ = try await PostgresConnection.connect(settings.with("host", "/nowhere"))
    }
    #expect(absent?.message.contains("/nowhere") == true)
    let keyword = await postgresError {
      _ = try await PostgresConnection.connect(settings.with("nonsense", "1"))
    }
    #expect(keyword?.message.contains("nonsense") == true)
  }

  @Test func passwordsAreNotInErrors() async throws {
    let settings = try await serverSettings().with("password", "s3cret").with("user", "nobody_here")
    let error = try #require(await postgresError { _ = try await PostgresConnection.connect(settings) })
    #expect(!"\(error)\(String(reflecting: error))".contains("s3cret"))
  }

  /// Accepts connections and says nothing.
  private final class MuteServer: Sendable {
    let folder: String
    private let descriptor: Int32

    init() throws {
      folder = "/tmp/mute-\(UInt32.random(in: 0 ... .max))"
      mkdir(folder, 0o700)
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) {
        $0.copyBytes(from: Array("\(folder)/.s.PGSQL.5432".utf8))
      }
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(status == 0 && listen(descriptor, 8) == 0)
    }

    deinit {
      close(descriptor)
      unlink("\(folder)/.s.PGSQL.5432")
      rmdir(folder)
    }
  }

  @Test func aServerThatNeverAnswersIsGivenUp() async throws {
    let server = try MuteServer()
    let settings = ConnectionSettings(parameters: ["host": server.folder, "port": "5432", "user": "a"])
    let late = await postgresError {
      _ = try await PostgresConnection.connect(settings.with("connect_timeout", "2"))
    }
    #expect(late?.kind == .connection)
    #expect(late?.message.contains("timeout expired") == true)
    let task = Task { try await PostgresConnection.connect(settings) }
    task.cancel()
    #expect(await postgresError { _ = try await task.value }?.kind == .cancelled)
    let good = try await serverSettings()
    let host = try #require(good.parameters["host"])
    let second = try await PostgresConnection.connect(
      good.with("host", "\(server.folder),\(host)").with("connect_timeout", "2"))
    #expect(try await second.query("select 1").scalar(Int.self) == 1)
  }

  @Test func serviceFilesWork() async throws {
    let settings = try await serverSettings()
    let host = try #require(settings.parameters["host"])
    let file = "/tmp/service-\(UInt32.random(in: 0 ... .max)).conf"
    defer { unlink(file) }
    try #require(
      FileManager.default.createFile(
        atPath: file, contents: Data("[shop]\nhost=\(host)\nport=5432\nuser=postgres\ndbname=postgres\n".utf8)
      ))
    // libpq reads the variable when it connects; nothing else in these tests names a service.
    setenv("PGSERVICEFILE", file, 1)
    defer { unsetenv("PGSERVICEFILE") }
    let connection = try await PostgresConnection.connect(try ConnectionSettings("service=shop"))
    #expect(try await connection.query("select current_user").scalar(String.self) == "postgres")
  }
}

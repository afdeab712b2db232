import Foundation
import PostgresClient
import TemporaryCluster
import TestSupport
import Testing

@Suite("The command line")
struct CommandLineTests {
  @Test("explains itself, and that is a success")
  func help() async throws {
    let result = try await muster("--help")
    #expect(result.status == 0)
    #expect(result.output.contains("SUBCOMMANDS"))
    #expect(result.output.contains("Exit codes"))
    #expect(result.errors.isEmpty)
  }

  @Test("calls bad usage 2 and says what is known", arguments: [["tick", "--bogus"], ["no-such-command"]])
  func badUsage(arguments: [String]) async throws {
    let result = try await muster(arguments[0], arguments.count > 1 ? arguments[1] : "--")
    #expect(result.status == 2)
    #expect(result.output.isEmpty)
    #expect(result.errors.contains("Usage: muster"))
  }

  @Test("says how to name a database where none is named")
  func noDatabase() async throws {
    let result = try await muster("tick")
    #expect(result.status == 2)
    #expect(result.errors.contains("--database-url"))
    #expect(result.errors.contains("DATABASE_URL"))
    #expect(result.errors.contains("muster demo"))
  }

  @Test("shows no password when it cannot connect")
  func noSecrets() async throws {
    let result = try await muster("tick", "--database-url", "postgresql://me:hunter2@127.0.0.1:1/none")
    #expect(result.status == 2)
    #expect(result.errors.contains("127.0.0.1"))
    #expect(!(result.output + result.errors).contains("hunter2"))
  }

  @Test("asks a directory server that a service file names, and reads on where there is none")
  func directoryServer() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let keywords = database.parameters.map { "\($0.key)=\($0.value)\n" }.joined()
    let asked = "ldap://127.0.0.1:1/cn=shop,dc=example?description?base?(objectclass=*)"
    let folder = try Folder(["services": "[shop]\n\(asked)\n\(keywords)"])
    let result = try await muster(
      "tick", environment: ["PGSERVICE": "shop", "PGSERVICEFILE": folder.path + "/services"])
    #expect(result.errors.contains("Muster is not in this database"))
  }

  @Test("says that Muster is not in a database that lacks it")
  func notInstalled() async throws {
    let database = try await TemporaryCluster.shared().createDatabase()
    let result = try await muster("tick", environment: ["DATABASE_URL": database.conninfo])
    #expect(result.status == 2)
    #expect(result.errors.contains("Muster is not in this database"))
    #expect(result.errors.contains("muster migrate"))
  }

  @Test("writes no colours and no progress where no terminal is")
  func plainOutput() async throws {
    let result = try await muster("demo", "--help")
    #expect(!(result.output + result.errors).contains("\u{1B}"))
  }
}

import PostgresClient
import SQLText

/// `COPY … FROM STDIN` with its data in the file.
enum InlineCopy {
  static func send(
    _ script: Script, _ statement: SQLStatement, _ data: Range<Int>, _ connection: isolated PostgresConnection
  ) throws {
    _ = try connection.copyIn(script.text(statement)) { writer in
      try writer.write(script.source.bytes[data])
    }
  }
}

internal import CLibPQ

/// A result of libpq, freed with its last reader.
///
/// Unchecked: libpq never changes a result that it has handed out, and `PQclear` runs after the last reference is gone.
final class ResultHandle: @unchecked Sendable {
  let pointer: OpaquePointer

  init(_ pointer: OpaquePointer) { self.pointer = pointer }
  deinit { PQclear(pointer) }

  var status: ExecStatusType { PQresultStatus(pointer) }
  var isError: Bool { status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE }
  /// Whether these are the server's last words, as when it shuts down.
  var endsSession: Bool { isError && PostgresError(result: pointer, sql: nil).kind == .connection }
}

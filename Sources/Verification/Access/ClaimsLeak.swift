import PostgresClient

/// A pooled connection serves one user after another: nothing of the one may reach the other.
enum ClaimsLeak {
  static let check = Check(
    "access.claims-end-with-the-transaction",
    "Role and claims end with their transaction: the next one on a pooled connection is nobody's",
    requires: ["auth.uid"]
  ) { context in
    let session = try await Session.open("pooled", in: context)
    var cast = context.personas(for: "claims")
    let persona = cast.signedIn()
    var findings: [Finding] = []
    let owner = try await session.value("select current_user")
    for ending in ["commit", "rollback"] {
      try await session.begin(as: persona, "select 1")
      let inside = try await session.value("select auth.uid()")
      try await session.execute(SQL(raw: ending))
      let after = try await session.value("select concat_ws(' ', auth.uid(), current_user)")
      if inside != persona.id { findings.append(Finding("the claims do not reach auth.uid() inside")) }
      if after != owner { findings.append(Finding("after \(ending) the connection is still \(after ?? "")")) }
    }
    await session.close()
    return Outcome(findings: findings, figure: "commit and rollback")
  }
}

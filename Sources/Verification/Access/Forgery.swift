/// Tokens that say more than the identity service would, or less.
enum Forgery {
  /// The persona with each of them: he keeps his id where the token has his sub, and is nobody where it has not.
  static func personas(of persona: Persona) -> [Persona] {
    let sub = "\"sub\": \(JSONText.string(persona.id ?? ""))"
    let boasts = [
      ("an admin's role", "{\(sub), \"role\": \"admin\"}"),
      ("the service's role", "{\(sub), \"role\": \"service_role\"}"),
      ("forged metadata", "{\(sub), \"user_metadata\": {\"role\": \"admin\", \"is_admin\": true}}"),
      (
        "forged claims",
        "{\(sub), \"user_role\": \"admin\", \"is_admin\": true, \"email\": \"admin@example.org\"}"
      ),
    ]
    let broken = [
      ("no sub", "{\"role\": \"\(persona.role)\"}"), ("a null sub", "{\"sub\": null}"),
      ("an empty sub", "{\"sub\": \"\"}"),
      ("a malformed sub", "{\"sub\": \"me\"}"), ("no claims", ""), ("broken claims", "{\"sub\": "),
    ]
    return boasts.map { forger(persona, id: persona.id, $0) } + broken.map { forger(persona, id: nil, $0) }
  }

  private static func forger(_ persona: Persona, id: String?, _ token: (name: String, claims: String))
    -> Persona
  {
    var forger = Persona(
      name: "\(persona.name) with \(token.name)", role: persona.role, id: id, claims: token.claims)
    forger.cellsOf = persona.cellsOf ?? persona.name
    return forger
  }
}

import SeededRandom

/// Somebody who uses the database: a role, and the claims that his token carries.
public struct Persona: Sendable, Hashable {
  /// What expectations and reports call him.
  public var name: String
  /// The database role that his requests run as.
  public var role: String
  /// The `sub` of his token; nil for the anonymous and for machines.
  public var id: String?
  /// `request.jwt.claims` as JSON; nil where there is no token, which PostgREST sends as an empty setting.
  public var claims: String?
  /// Whose cells of an access table are his, where they are somebody else's: a forger gets what his victim has.
  var cellsOf: String?

  public init(name: String, role: String, id: String? = nil, claims: String? = nil) {
    self.name = name
    self.role = role
    self.id = id
    self.claims = claims
  }

  /// A visitor without a token of his own: role anon, as Supabase's anon key makes it.
  public static let anonymous = Persona(name: "anon", role: "anon", claims: #"{"role": "anon"}"#)

  /// The server's own machines, which Supabase gives the service key.
  public static let service = Persona(
    name: "service_role", role: "service_role", claims: #"{"role": "service_role"}"#)

  /// A user who has signed in.
  public static func signedIn(_ id: String, name: String = "a signed-in user") -> Persona {
    Persona(
      name: name, role: "authenticated", id: id,
      claims: #"{"sub": "\#(id)", "role": "authenticated", "aud": "authenticated"}"#)
  }
}

/// Makes people up: the same ones for the same seed, and none that is likely to exist already.
public struct PersonaFactory: Sendable {
  private var random: SplitMix64

  public init(seed: UInt64) { random = SplitMix64(seed: seed) }

  public mutating func uuid() -> String {
    UUIDText.version4(random.next(), random.next())
  }

  public mutating func signedIn(_ name: String = "a signed-in user") -> Persona {
    .signedIn(uuid(), name: name)
  }

  /// A session id as the seeds' clients make one, 32 characters long.
  public mutating func session() -> String {
    UUIDText.hex(random.next(), digits: 16) + UUIDText.hex(random.next(), digits: 16)
  }
}

enum UUIDText {
  static func hex(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  /// A random (version 4) uuid out of 128 random bits.
  static func version4(_ high: UInt64, _ low: UInt64) -> String {
    let top = hex((high & 0xffff_ffff_ffff_0fff) | 0x4000, digits: 16)
    let bottom = hex((low & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000, digits: 16)
    let text = Array(top + bottom)
    return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(text[$0]) }.joined(separator: "-")
  }
}

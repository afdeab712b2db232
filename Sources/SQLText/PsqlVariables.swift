/// psql's variables while a script is read.
struct PsqlVariables: Sendable {
  private(set) var values: [String: [UInt8]]

  init(_ values: [String: String]) { self.values = values.mapValues { Array($0.utf8) } }

  mutating func set(_ name: String, to value: [UInt8]) throws(CommandFault) {
    guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isTagPart) else { throw .variableName(name) }
    guard UTF8Bytes.firstFault(in: value) == nil else { throw .variableValue(name) }
    let text = String(decoding: value, as: UTF8.self).lowercased()
    if let harmless = Self.harmless[name], !harmless(text) { throw .behaviour(variable: name) }
    values[name] = value
  }

  mutating func unset(_ name: String) throws(CommandFault) {
    if name == "ON_ERROR_STOP" { throw .behaviour(variable: name) }
    guard !name.isEmpty, name.utf8.allSatisfy(ASCII.isTagPart) else { throw .variableName(name) }
    values[name] = nil
  }

  /// What variables that steer psql may be set to where nothing but Muster's own behaviour is wanted.
  private static let harmless: [String: @Sendable (String) -> Bool] = [
    "ON_ERROR_STOP": { $0.isEmpty || Switch.value(of: $0) == true },
    "AUTOCOMMIT": { $0.isEmpty || Switch.value(of: $0) == true },
    "ON_ERROR_ROLLBACK": { Switch.value(of: $0) == false || $0 == "interactive" },
    "SINGLELINE": { Switch.value(of: $0) == false },
    "SINGLESTEP": { Switch.value(of: $0) == false },
  ]
}

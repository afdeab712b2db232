/// On and off, as the server and psql read them.
enum Switch {
  /// Lower case; a beginning of a word is enough where it can mean only one.
  static func value(of text: String) -> Bool? {
    switch text {
    case "": nil
    case "on", "1": true
    case "of", "off", "0": false
    case _ where "true".hasPrefix(text) || "yes".hasPrefix(text): true
    case _ where "false".hasPrefix(text) || "no".hasPrefix(text): false
    default: nil
    }
  }
}

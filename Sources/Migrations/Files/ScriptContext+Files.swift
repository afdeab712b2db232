import FoundationEssentials
public import SQLText
import SystemPackage

extension ScriptContext {
  /// For scripts in files: what they include is read from the file system, paths in `\i` counting from the working
  /// directory, and `-- muster: env NAME` asks the environment of this process.
  public static func files(variables: [String: String] = [:]) -> ScriptContext {
    ScriptContext(
      variables: variables, environment: { ProcessInfo.processInfo.environment[$0] },
      load: { path throws(IncludeError) in
        do throws(Errno) {
          return try FileBytes.read(path)
        } catch {
          throw IncludeError(FileBytes.complaint(error))
        }
      })
  }
}

extension Script {
  /// What the history keeps of a file. Only a file that may include others is looked into; one that cannot be read is
  /// kept as it is, and says why once it is to run.
  static func written(path: String, bytes: [UInt8], context: ScriptContext) -> [UInt8] {
    guard mayInclude(bytes), let source = try? SQLSource(name: path, bytes: bytes),
      let script = try? Splitter.split(source, context: context)
    else { return bytes }
    return script.written
  }

  /// Whether there is a backslash with an `i` behind it.
  private static func mayInclude(_ bytes: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    for byte in bytes {
      if previous == UInt8(ascii: "\\"), byte == UInt8(ascii: "i") { return true }
      previous = byte
    }
    return false
  }
}

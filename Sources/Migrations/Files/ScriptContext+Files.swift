import FoundationEssentials
public import SQLText

extension ScriptContext {
  /// For scripts in files: what they include is read from the file system, paths in `\i` counting from the working
  /// directory, and `-- muster: env NAME` asks the environment of this process.
  public static func files(variables: [String: String] = [:]) -> ScriptContext {
    ScriptContext(
      variables: variables, environment: { ProcessInfo.processInfo.environment[$0] },
      load: { path throws(IncludeError) in
        do {
          return try [UInt8](Data(contentsOf: URL(filePath: path)))
        } catch {
          throw IncludeError(reason(path))
        }
      })
  }

  private static func reason(_ path: String) -> String {
    var isFolder = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      return "there is no such file"
    }
    return isFolder ? "it is a folder" : "it cannot be read"
  }
}

extension Script {
  /// What the history keeps of a file. Only a file that may include others is looked into; one that cannot be read is
  /// kept as it is, and says why once it is to run.
  static func written(path: String, bytes: [UInt8], context: ScriptContext) -> [UInt8] {
    guard bytes.firstRange(of: Array("\\i".utf8)) != nil,
      let source = try? SQLSource(name: path, bytes: bytes),
      let script = try? Splitter.split(source, context: context)
    else { return bytes }
    return script.written
  }
}

public import SQLText

extension ScriptContext {
  /// For scripts that are read and not run: what the environment will have is not known yet, and may be anything. Paths in
  /// `\i` count from the folder.
  public static func unset(from folder: String? = nil) -> ScriptContext {
    var context = ScriptContext.files()
    let files = context.load
    context.environment = { $0 }
    context.givesAll = true
    context.load = { path throws(IncludeError) in
      try files(folder.flatMap { path.hasPrefix("/") ? nil : "\($0)/\(path)" } ?? path)
    }
    return context
  }
}

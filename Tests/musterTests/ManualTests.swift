import Foundation
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite("The manual page and the completions")
struct ManualTests {
  /// Shells and checkers that are not on every machine.
  private static func has(_ tool: String) -> Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
  }

  private static func run(_ tool: String, _ arguments: [String]) async throws -> (
    status: String, text: String
  ) {
    let result = try await Subprocess.run(
      .name(tool), arguments: Arguments(arguments), output: .string(limit: 1 << 20),
      error: .string(limit: 1 << 20))
    return ("\(result.terminationStatus)", result.standardOutput + result.standardError)
  }

  @Test("names every command, with its options and examples")
  func page() async throws {
    let result = try await muster("manual")
    #expect(result.status == 0)
    #expect(result.output.hasPrefix(".Dd "))
    for text in [
      ".Ss muster migrate\n", ".It Fl -database-url Ar url\n", "muster migrate --plan\n",
      ".It Fl q , Fl -quiet\n",
      ".Sh EXIT STATUS\n",
    ] { #expect(result.output.contains(text), "\(text)") }
    #expect(!result.output.contains("Ss muster manual"))
  }

  @Test("has nothing that mandoc warns of", .enabled(if: has("mandoc")))
  func lint() async throws {
    let folder = try Folder()
    try folder.write("muster.1", try await muster("manual").output)
    let result = try await Self.run("mandoc", ["-T", "lint", "-W", "warning", "\(folder.path)/muster.1"])
    #expect(result.text == "")
  }

  /// The script for a shell, in a file.
  private static func script(_ shell: String) async throws -> Folder {
    let result = try await muster("--generate-completion-script", shell)
    #expect(result.status == 0)
    return try Folder(["muster.\(shell)": result.output])
  }

  @Test("completes commands, options and paths in bash", .enabled(if: has("bash")))
  func bash() async throws {
    let folder = try await Self.script("bash")
    try folder.write("a_folder/access.yaml", "")
    func completed(_ words: String) async throws -> Set<String> {
      let result = try await Self.run(
        "bash",
        [
          "-c",
          """
          cd \(folder.path); . ./muster.bash; COMP_WORDS=(\(words)); COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
          COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
          _muster muster "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; printf '%s\\n' "${COMPREPLY[@]}"
          """,
        ])
      return Set(result.text.split(separator: "\n").map(String.init))
    }
    #expect(try await completed("muster mig") == ["migrate"])
    #expect(try await completed("muster migrate --targets-").contains("--targets-query"))
    #expect(try await completed("muster migrate --dir a_").contains("a_folder"))
    #expect(try await completed("muster verify --expectations a_folder/a").contains("a_folder/access.yaml"))
  }

  @Test("writes a script that zsh reads", .enabled(if: has("zsh")))
  func zsh() async throws {
    let folder = try await Self.script("zsh")
    let result = try await Self.run("zsh", ["-n", "\(folder.path)/muster.zsh"])
    #expect(result == ("exited(0)", ""))
    let script = try String(contentsOfFile: "\(folder.path)/muster.zsh", encoding: .utf8)
    #expect(script.hasPrefix("#compdef muster"))
    #expect(script.contains("'--dir[The folder with the migrations.]:folder:_files -/'"))
  }

  @Test("completes commands and options in fish", .enabled(if: has("fish")))
  func fish() async throws {
    let folder = try await Self.script("fish")
    let result = try await Self.run(
      "fish",
      [
        "--no-config", "-c",
        "source \(folder.path)/muster.fish; complete -C 'muster mig'; complete -C 'muster migrate --targets-'",
      ])
    #expect(result.text.contains("migrate\t"), "\(result)")
    #expect(result.text.contains("--targets-query"))
  }
}

import FoundationEssentials
import Subprocess
import SystemPackage

/// A repository as `git` tells of it, asked from inside one folder. It reads and never fetches.
struct Git: Sendable {
  /// Inside the working copy.
  let folder: String
  /// The path of the folder, and of the working directory, from the top of the repository: empty or with a slash behind it.
  let prefix: String
  let workingPrefix: String

  /// A commit under the name that it was found by.
  struct Revision: Sendable, Hashable {
    let name: String
    let hash: String

    static func == (left: Revision, right: Revision) -> Bool { left.hash == right.hash }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }
  }

  /// Throws `UsageError` where git is not to be had or the folder is in no repository.
  init(folder: String) async throws {
    self.folder = folder
    let answer = try await Self.ask(folder, ["rev-parse", "--is-inside-work-tree"])
    prefix = try await Self.ask(folder, ["rev-parse", "--show-prefix"]).text
    workingPrefix = try await Self.ask(".", ["rev-parse", "--show-prefix"]).text
    guard answer.isGood, answer.text == "true" else {
      throw UsageError(
        message: "\(folder): git sees no working copy here: \(answer.reason)",
        hint: "A base branch can only be looked at in a clone; without --base the files alone are checked.")
    }
  }

  /// The commit of a branch, a tag or a hash; of the remote's branch where there is none of this name here, as in a
  /// pipeline's clone.
  func revision(_ name: String) async throws -> Revision {
    let remotes = try await ask("remote").lines
    for candidate in [name] + remotes.map({ "\($0)/\(name)" }) where !name.hasPrefix("-") {
      let answer = try await ask("rev-parse", "--verify", "--quiet", "\(candidate)^{commit}")
      if answer.isGood { return Revision(name: candidate, hash: answer.text) }
    }
    throw UsageError(
      message: "git knows no branch, tag or commit \"\(name)\" here", hint: Self.advice(name, remotes))
  }

  private static func advice(_ name: String, _ remotes: [String]) -> String {
    guard let remote = remotes.first(where: { name.hasPrefix("\($0)/") }) ?? remotes.first else {
      return "This clone has no remote to fetch it from; name a branch that \"git branch --all\" shows."
    }
    let branch = name.hasPrefix("\(remote)/") ? String(name.dropFirst(remote.count + 1)) : name
    return
      "Pipelines often clone one branch only. Fetch this one first: git fetch --depth=1 \(remote) \(branch):refs/remotes/\(remote)/\(branch)"
  }

  /// Where the working copy's branch and this commit parted; nil where the clone does not reach that far.
  func fork(from revision: Revision) async throws -> Revision? {
    let answer = try await ask("merge-base", "HEAD", revision.hash)
    return answer.isGood ? Revision(name: answer.text, hash: answer.text) : nil
  }

  /// The files of the folder as they are in a commit, by their paths from the top of the repository. Symbolic links are
  /// followed.
  func files(in revision: Revision) async throws -> [String: [UInt8]] {
    try await contents(of: try await names(in: revision).filter { $0.hasPrefix(prefix) }, in: revision)
  }

  /// Every `.sql` file of the repository: what the files of the folder may include.
  func scripts(in revision: Revision) async throws -> [String: [UInt8]] {
    try await contents(of: try await names(in: revision).filter { $0.hasSuffix(".sql") }, in: revision)
  }

  private func names(in revision: Revision) async throws -> [String] {
    try await require("ls-tree", "-r", "-z", "--full-tree", "--name-only", revision.hash).bytes
      .split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      .filter { !$0.contains("\n") }
  }

  private func contents(of names: [String], in revision: Revision) async throws -> [String: [UInt8]] {
    guard !names.isEmpty else { return [:] }
    let questions = names.map { "\(revision.hash):\($0)\n" }.joined()
    let contents = try await require("cat-file", "--batch", "--follow-symlinks", input: questions).bytes
    return Dictionary(uniqueKeysWithValues: zip(names, Self.blobs(contents[...]))).compactMapValues { $0 }
  }

  /// `<hash> blob <size>`, the bytes and a line end for each; without a size where there is nothing to show.
  private static func blobs(_ answer: ArraySlice<UInt8>) -> [[UInt8]?] {
    var blobs: [[UInt8]?] = []
    var rest = answer
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      rest = rest[(end + 1)...]
      let size = words.last.flatMap { Int($0) }
      blobs.append(
        size != nil && words.count == 3 && words[1] == "blob" ? Array(rest.prefix(size ?? 0)) : nil)
      if let size { rest = rest.dropFirst(size + 1) }
    }
    return blobs
  }

  // MARK: Asking

  private struct Answer {
    let isGood: Bool
    let bytes: [UInt8]
    let errors: String

    var text: String { String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self) }
    var lines: [String] { String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init) }
    /// What git said, on one line.
    var reason: String {
      let said = errors.split(separator: "\n").map { $0.trimmingPrefix("fatal: ") }.joined(separator: "; ")
      return said.isEmpty ? "it did not say why" : said
    }
  }

  private func require(_ arguments: String..., input: String = "") async throws -> Answer {
    let answer = try await Self.ask(folder, arguments, input)
    guard answer.isGood else { throw UsageError(message: "git \(arguments[0]) failed: \(answer.reason)") }
    return answer
  }

  private func ask(_ arguments: String...) async throws -> Answer { try await Self.ask(folder, arguments) }

  private static func ask(_ folder: String, _ arguments: [String], _ input: String = "") async throws
    -> Answer
  {
    do {
      let result = try await Subprocess.run(
        .name("git"), arguments: Arguments(arguments), environment: environment,
        workingDirectory: FilePath(folder), input: .string(input), output: .bytes(limit: .max),
        error: .string(limit: 1 << 16))
      return Answer(
        isGood: result.terminationStatus.isSuccess, bytes: result.standardOutput, errors: result.standardError
      )
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw UsageError(
        message: "there is no git here to ask for the base branch",
        hint: "Install git, or leave --base out: the files alone are checked then.")
    }
  }

  /// The folder says which repository is meant, also inside a hook, for which git names its own; messages in English.
  private static let environment = Environment.inherit.updating([
    "GIT_DIR": nil, "GIT_WORK_TREE": nil, "GIT_INDEX_FILE": nil, "GIT_PREFIX": nil, "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", "DATABASE_URL": nil, "PGPASSWORD": nil,
  ])
}

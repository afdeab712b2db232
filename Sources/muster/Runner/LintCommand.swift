import ArgumentParser
import Migrations

/// `muster lint`: what would stop a deploy, found before the merge and without a database.
struct LintCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lint",
    abstract:
      "Check a folder of migrations without a database, and against the branch it is to be merged into.",
    discussion: """
      Every file has to be one that migrate would run: its name, its text, its directives, the files that it includes; down \
      files, hooks and code objects too. With --base, what a database \
      that follows that branch would refuse is found too: a new file below a version that the branch has, a version that \
      both sides took, a file of the branch that was edited, removed or renamed here.

      Of a branch that is only on the remote (origin/main) its plain name will do. In a pipeline's shallow clone, fetch \
      it first: git fetch --depth=1 origin main:refs/remotes/origin/main

      Prints file:line:column: message [rule] for each finding. Exit codes: 0 none · 1 findings · 2 no folder, no git, \
      or no such branch.

        muster lint --base main
      """)

  @OptionGroup var folder: FolderOptions

  @Option(
    help: ArgumentHelp("The branch, tag or commit that this is to be merged into.", valueName: "branch"))
  var base: String?

  @Flag(help: "Print the findings as one JSON object.")
  var json = false

  func run() async throws {
    let lint: FolderLint
    do {
      lint = try FolderLint(reading: folder.path, as: folder.layout)
    } catch {
      throw MigrationError.files(error)
    }
    var report = LintReport(files: lint.files.count, base: nil, findings: lint.findings)
    if let base {
      let branch = try await BaseBranch(base, folder: folder.path, tool: lint.tool)
      report.base = branch.revision
      // A folder that cannot be read has nothing to compare.
      if !lint.files.isEmpty { report.findings += branch.findings(for: lint.files) }
      report.findings.sort { ($0.path, $0.line, $0.column) < ($1.path, $1.line, $1.column) }
    }
    if json { Output.standard.line(report.json) } else { report.print() }
    if !report.findings.isEmpty { throw ExitStatus.failed.code }
  }
}

/// The findings of `muster lint`, as text or as JSON.
private struct LintReport {
  let files: Int
  var base: Git.Revision?
  var findings: [Finding]

  func print() {
    let output = Output.standard
    for finding in findings {
      output.line(finding.headline)
      if let excerpt = finding.excerpt { output.line(excerpt) }
      if let difference = finding.difference { output.line(output.coloured(DiffText(difference))) }
    }
    let against = base.map { ", compared with \($0.name)" } ?? ""
    let outcome = findings.isEmpty ? "nothing found" : counted(findings.count, "finding")
    Output.error.line("muster: \(counted(files, "migration"))\(against): \(outcome)")
  }

  var json: String {
    encoded(
      JSON(
        migrations: files, base: base.map { .init(name: $0.name, commit: $0.hash) },
        findings: findings.map {
          .init(
            rule: $0.rule.rawValue, file: $0.path, line: $0.line, column: $0.column, message: $0.message,
            excerpt: $0.excerpt, diff: $0.difference?.text)
        }))
  }

  private struct JSON: Encodable {
    struct Base: Encodable {
      let name: String
      let commit: String
    }

    struct Found: Encodable {
      let rule: String
      let file: String
      let line: Int
      let column: Int
      let message: String
      let excerpt: String?
      let diff: String?
    }

    let migrations: Int
    let base: Base?
    let findings: [Found]
  }
}

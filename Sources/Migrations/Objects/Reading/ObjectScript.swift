import SQLText

/// A file of `objects/`, taken apart: what it defines, and what it says about that.
struct ObjectScript: Sendable {
  let file: ObjectFile
  let script: Script
  let definitions: [ObjectDefinition]
  /// Comments, grants and settings, in the order of the file.
  let attachments: [ObjectAttachment]

  /// Throws `FileError` for a statement that defines no code object, or is about something that the file does not define.
  init(_ file: ObjectFile, in session: ScriptSession = ScriptSession()) throws(FileError) {
    self.file = file
    script = try file.script(in: session)
    guard !script.directives.noTransaction else {
      throw FileError(.notACodeObject("code objects are replaced in one transaction"), path: file.path)
    }
    var definitions: [ObjectDefinition] = []
    var attachments: [ObjectAttachment] = []
    for statement in script.statements {
      switch try Self.read(statement, script) {
      case .definition(let reference, let form):
        definitions.append(
          ObjectDefinition(
            reference: reference, form: form, file: file, script: script, statement: statement))
      case .attachment(let targets):
        attachments.append(ObjectAttachment(statement, about: targets, in: script))
      }
    }
    self.definitions = definitions
    self.attachments = attachments
    for attachment in attachments {
      guard
        attachment.targets.allSatisfy({ target in definitions.contains { target.isMet(by: $0.reference) } })
      else {
        let fault = FileError.Fault.notACodeObject("this is about something that this file does not define")
        throw FileError(fault, in: script.source, at: attachment.statement.range.lowerBound)
      }
    }
  }

  private static func read(_ statement: SQLStatement, _ script: Script) throws(FileError) -> ObjectStatement {
    do {
      guard statement.kind == .sql else {
        throw ObjectStatement.Refusal(reason: "COPY defines no code object")
      }
      return try ObjectStatement(script.text(statement))
    } catch let refusal as ObjectStatement.Refusal {
      throw FileError(.notACodeObject(refusal.reason), in: script.source, at: statement.range.lowerBound)
    } catch {
      throw FileError(.unreadable("\(error)"), path: script.source.name)
    }
  }
}

/// One statement that defines an object, and where it stands.
struct ObjectDefinition: Sendable {
  let reference: ObjectReference
  let form: ObjectStatement.Form
  let file: ObjectFile
  let script: Script
  let statement: SQLStatement
  let text: String
  /// SHA-256 of the text, variables by name.
  let checksum: String
  /// Whether the text is another with other variables.
  let hasVariables: Bool

  init(
    reference: ObjectReference, form: ObjectStatement.Form, file: ObjectFile, script: Script,
    statement: SQLStatement
  ) {
    self.reference = reference
    self.form = form
    self.file = file
    self.script = script
    self.statement = statement
    let written = script.writtenText(statement)
    text = script.text(statement)
    checksum = Checksum(of: Array(written.utf8)).value
    hasVariables = text != written
  }

  /// `objects/views.sql:3:1`
  var place: SourcePlace { script.place(statement) }
}

/// A comment, a grant or a setting, and what it is about.
struct ObjectAttachment: Sendable {
  let statement: SQLStatement
  let targets: [ObjectStatement.Target]
  /// The text, variables by name.
  let written: String
  /// Whether the text is another with other variables.
  let hasVariables: Bool

  init(_ statement: SQLStatement, about targets: [ObjectStatement.Target], in script: Script) {
    self.statement = statement
    self.targets = targets
    written = script.writtenText(statement)
    hasVariables = written != script.text(statement)
  }
}

extension ObjectStatement.Target {
  func isMet(by reference: ObjectReference) -> Bool {
    switch self {
    case .tableOfParts(let table):
      reference.kind.isPartOfRelation && reference.relation.map(table.mayBe) ?? false
    case .object(let kinds, let name, let relation):
      kinds.contains(reference.kind) && name.mayBe(reference.name)
        && (relation == nil || reference.relation.map { relation?.mayBe($0) ?? true } ?? true)
    }
  }
}

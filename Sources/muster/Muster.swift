import ArgumentParser

@main
struct Muster: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "muster",
    abstract: "Live presence on plain PostgreSQL: deploy it, fill it, inspect it, measure it.",
    version: "0.1.0")
}

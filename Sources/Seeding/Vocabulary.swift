import SeededRandom

/// Words for names, rooms, questions and messages.
enum Vocabulary {
  private static let given = [
    "Ada", "Amal", "Bao", "Bruno", "Chidi", "Dara", "Elif", "Femi", "Grace", "Hana", "Iker", "Jana", "Kofi",
    "Lena",
    "Mila", "Noor", "Oskar", "Priya", "Quim", "Rosa", "Samir", "Tove", "Uma", "Vera", "Wanja", "Ximena",
    "Yuki", "Zoë",
  ]
  private static let family = [
    "Abebe", "Bauer", "Costa", "Dubois", "Eriksen", "Fischer", "García", "Haddad", "Ivanova", "Jansen",
    "Kowalski",
    "López", "Moreau", "Nakamura", "Okafor", "Petrov", "Quispe", "Rossi", "Şahin", "Tanaka", "Ueda", "Varga",
    "Wójcik",
  ]
  private static let subjectNames = [
    "Algebra", "Biology", "Chemistry", "Drama", "English", "French", "Geography", "History", "Informatics",
    "Physics",
  ]
  private static let questions = [
    "Which topic comes next?", "When shall we meet?", "Is the new page better?", "Who won the round?",
    "What shall we read?", "How was today?",
  ]
  private static let answers = ["Yes", "Perhaps", "No"]
  private static let wishes = [
    "A jar of honey", "Two books", "Coffee beans", "A pair of gloves", "Spare parts", "Old maps",
    "Tea from the market",
  ]
  private static let remarks = [
    "Hello!", "Are you still there?", "On my way.", "Yes, that suits me.", "Could you send a photo?",
    "Thank you!",
    "I land at six.", "Which size do you need?", "See you at the station.", "¡Perfecto!", "Dziękuję", "なるほど",
    "👍",
  ]

  static let subjects = subjectNames.count
  static let paths = [
    "/", "/docs", "/pricing", "/blog", "/docs/install", "/rooms", "/polls", "/about", "/docs/api", "/contact",
    "/careers", "/imprint",
  ]

  static func name(_ number: Int, using random: inout SplitMix64) -> String {
    "\(given[number % given.count]) \(family.randomElement(using: &random) ?? "")"
  }

  static func subject(_ number: Int) -> String { subjectNames[number % subjectNames.count] }
  static func question(_ number: Int) -> String { questions[number % questions.count] }
  static func answer(_ number: Int) -> String { answers[number % answers.count] }
  static func wish(_ number: Int) -> String { wishes[number % wishes.count] }
  static func remark(using random: inout SplitMix64) -> String {
    remarks.randomElement(using: &random) ?? "…"
  }
}

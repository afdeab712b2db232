import Replication
import Testing

@Suite("LSN") struct LSNTests {
  @Test(arguments: [
    ("0/0", UInt64(0)), ("16/B374D848", 0x16_B374_D848), ("FFFFFFFF/FFFFFFFF", .max), ("1/0", 1 << 32),
    ("0/1DBDF28", 0x1DB_DF28),
  ])
  func `text form, both ways`(text: String, value: UInt64) {
    #expect(LSN(text)?.rawValue == value)
    #expect(LSN(rawValue: value).description == text)
  }

  @Test func `small digits and leading zeros are read`() {
    #expect(LSN("0016/b374d848") == LSN(rawValue: 0x16_B374_D848))
  }

  @Test(arguments: [
    "", "/", "0", "0/", "/0", "0/0/0", "+1/0", "0/-1", "G/0", "123456789/0", " 0/0", "0/0 ", "٣/0",
  ])
  func `what is no LSN is refused`(text: String) {
    #expect(LSN(text) == nil)
  }

  @Test func `they are ordered as the log is`() {
    #expect(LSN(rawValue: 0xFFFF_FFFF) < LSN(rawValue: 0x1_0000_0000))
  }
}

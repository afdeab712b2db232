import PostgresClient
import Replication
import Testing

@Suite("Frames of the replication stream") struct FrameTests {
  /// 2000-01-01, from where the protocol counts.
  private let epoch: Int64 = 946_684_800_000_000

  @Test func `XLogData`() throws {
    let frame = try ServerFrame(
      Recording.bytes("77" + "0000000000000001" + "0000000100000000" + "000303c2d8545bb0" + "45"))
    #expect(
      frame
        == .data(
          start: LSN(rawValue: 1), end: LSN(rawValue: 1 << 32),
          sentAt: Timestamp(microseconds: 0x0003_03C2_D854_5BB0 + epoch), payload: [0x45]))
  }

  @Test(arguments: [("00", false), ("01", true)])
  func `keepalive`(flag: String, wantsReply: Bool) throws {
    let frame = try ServerFrame(Recording.bytes("6b" + "0000000000000010" + "0000000000000002" + flag))
    #expect(
      frame
        == .keepalive(
          end: LSN(rawValue: 16), sentAt: Timestamp(microseconds: epoch + 2), wantsReply: wantsReply))
  }

  @Test(arguments: ["", "77", "7700000000000000", "6b", "6b00000000000000100000000000000002", "78"])
  func `malformed frames are errors`(hexadecimal: String) {
    #expect(throws: MalformedMessage.self) { try ServerFrame(Recording.bytes(hexadecimal)) }
  }

  @Test func `standby status`() {
    let status = StandbyStatus(received: LSN(rawValue: 0x0102), confirmed: LSN(rawValue: 0x0101))
    #expect(
      status.frame(sentAt: Timestamp(microseconds: epoch + 3), wantsReply: true)
        == Recording.bytes(
          "72" + "0000000000000102" + "0000000000000101" + "0000000000000101" + "0000000000000003" + "01"))
  }
}

import Replication
import Testing

@Suite("Stream options") struct StreamOptionsTests {
  @Test func `the plain command`() {
    let options = StreamOptions(slot: .durable("muster"), publications: ["muster"])
    #expect(options.createCommand == nil)
    #expect(
      options.startCommand
        == #"START_REPLICATION SLOT "muster" LOGICAL 0/0 (proto_version '1', publication_names '"muster"')"#)
  }

  @Test func `every option, and names that need quotes`() {
    var options = StreamOptions(slot: .temporary("a\"b"), publications: ["it's", "B"])
    options.start = LSN(rawValue: 0x16_0000_00FF)
    options.includesMessages = true
    options.streamsLargeTransactions = true
    options.sendsBinary = true
    #expect(
      options.createCommand
        == #"CREATE_REPLICATION_SLOT "a""b" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'nothing')"#)
    #expect(
      options.startCommand == """
        START_REPLICATION SLOT "a""b" LOGICAL 16/FF (proto_version '2', publication_names '"it''s","B"', \
        messages 'true', streaming 'true', binary 'true')
        """)
  }
}

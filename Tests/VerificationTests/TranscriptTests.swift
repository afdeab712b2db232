import Testing
import Verification

@Suite struct TranscriptTests {
  @Test func whatTheServerThoughtUpIsKeptInAVariable() {
    var transcript = Transcript()
    transcript.note("insert into public.rooms (name) values ('A room') returning id")
    transcript.noteAnswer("42", column: "id")
    transcript.note("select public.join_room('42');\n")
    transcript.noteAnswer("7", column: "join_room")
    transcript.note("select count(*) from public.rooms where id = '42'")
    transcript.noteAnswer("1", column: "count")
    #expect(
      transcript.script == """
        begin;
        insert into public.rooms (name) values ('A room') returning id \\gset made_1_
        select public.join_room(:'made_1_id');
        select count(*) from public.rooms where id = :'made_1_id';
        rollback;
        """)
  }
}

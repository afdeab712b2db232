import PostgresClient

/// Seed 003: the message's way, and the security diagram.
enum Chat: Feature {
  static let seed: Int? = 3
  static let requires = ["public.conversations", "public.messages", "public.mark_conversation_read"]

  static var checks: [Check] { way + security }

  private static var way: [Check] {
    [
      check(
        "chat.message-updates-the-conversation",
        "Trigger fires: last_message_at is set, unread_count grows by one"
      ) {
        stage in
        let talk = try StagedConversation.make(stage)
        try talk.write("Hello!", as: talk.requester, stage)
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "0 1")
        try stage.expectValue(
          "the time of the last message",
          """
          select c.last_message_at = m.created_at from public.conversations c
          join public.messages m on m.conversation_id = c.id where c.id = \(talk.id)
          """, is: "t")
        try talk.write("Hi!", as: talk.traveler, stage)
        try talk.write("Can you bring some?", as: talk.requester, stage)
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "1 2")
        return "3 messages, both ways"
      },
      check("chat.the-sender-is-the-caller", "The sender of a message is its caller, its time the server's") {
        stage in
        let talk = try StagedConversation.make(stage)
        try talk.write("Hello!", as: talk.traveler, stage)
        try stage.expectValue(
          "the message",
          """
          select concat_ws(' ', sender_id = \(talk.traveler.id), is_read, created_at between now() and clock_timestamp())
          from public.messages where conversation_id = \(talk.id)
          """, is: "t f t")
        let forged = [
          "sender_id) values (\(SQL.literal(talk.id)), 'x', \(SQL.literal(talk.requester.id)))",
          "created_at) values (\(SQL.literal(talk.id)), 'x', now() + interval '1 day')",
          "is_read) values (\(SQL.literal(talk.id)), 'x', true)",
          "id) values (\(SQL.literal(talk.id)), 'x', gen_random_uuid())",
        ]
        try stage.as(talk.traveler) {
          for columns in forged {
            try stage.expectRefused(
              "a message with its own \(columns.prefix { $0 != ")" })", with: "42501",
              "insert into public.messages (conversation_id, message_text, \(raw: columns)")
          }
        }
        return "4 forgeries refused"
      },
      check("chat.reading", "Reading sets the reader's unread count to zero, and nobody else's") { stage in
        let talk = try StagedConversation.make(stage)
        for _ in 1...3 { try talk.write("To the traveler", as: talk.requester, stage) }
        for _ in 1...2 { try talk.write("To the requester", as: talk.traveler, stage) }
        stage.expect("messages marked", try talk.read(as: talk.traveler, stage), is: 3)
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "2 0")
        try stage.expectValue(
          "messages that are read",
          """
          select count(*) from public.messages
          where conversation_id = \(talk.id) and is_read and sender_id = \(talk.requester.id)
          """, is: "3")
        stage.expect("messages marked again", try talk.read(as: talk.traveler, stage), is: 0)
        try talk.write("One more", as: talk.requester, stage)
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "2 1")
        return "6 messages"
      },
      check("chat.batch-counts-once", "A batch of messages counts each, and updates a conversation once") {
        stage in
        let (one, two) = (try StagedConversation.make(stage), try StagedConversation.make(stage))
        let updates: SQL =
          "select n_tup_upd from pg_stat_xact_user_tables where relid = 'public.conversations'::regclass"
        let before = try stage.number(updates)
        try stage.query(
          """
          insert into public.messages (conversation_id, sender_id, message_text)
          select \(one.id)::uuid, \(one.requester.id)::uuid, 'n ' || n from generate_series(1, 50) n
          union all select \(two.id), \(two.traveler.id), 'n ' || n from generate_series(1, 50) n
          """)
        let after = try stage.number(updates)
        stage.expect("unread in the first", try one.unread(stage), is: "0 50")
        stage.expect("unread in the second", try two.unread(stage), is: "50 0")
        stage.expect("updates of conversations", after - before, is: 2)
        return "100 messages, 2 updates"
      },
      check("chat.deleting-takes-back", "A message that is deleted unread is unread no more") { stage in
        let talk = try StagedConversation.make(stage)
        for text in ["one", "two", "three"] { try talk.write(text, as: talk.requester, stage) }
        try stage.query(
          "delete from public.messages where conversation_id = \(talk.id) and message_text = 'two'")
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "0 2")
        return "1 of 3"
      },
      check(
        "chat.counts-agree-with-the-messages", "The unread counts say what a recount of the messages says"
      ) { stage in
        let differing = try stage.column(
          """
          select format('%s: %s and %s cached, %s and %s unread', c.id, requester_unread_count, traveler_unread_count,
            counted.requester, counted.traveler)
          from public.conversations c cross join lateral (
            select count(*) filter (where m.sender_id <> c.requester_id) as requester,
              count(*) filter (where m.sender_id <> c.traveler_id) as traveler
            from public.messages m where m.conversation_id = c.id and not m.is_read) as counted
          where (requester_unread_count, traveler_unread_count) is distinct from (counted.requester, counted.traveler)
          """)
        for line in differing { stage.note(line) }
        return try stage.value("select count(*) || ' conversations' from public.conversations") ?? ""
      },
      check("chat.messages-are-delivered", "Realtime reads the WAL: messages and conversations are published")
      { stage in
        let published = try stage.column(
          """
          select tablename from pg_publication_tables
          where pubname = 'muster' and tablename in ('messages', 'conversations', 'service_requests') order by 1
          """)
        stage.expect("published", published, is: ["conversations", "messages", "service_requests"])
        return "3 tables"
      },
    ]
  }

  private static var security: [Check] {
    [
      check(
        "chat.parties-are-allowed", "ALLOWED: each of the two parties reads the conversation and its messages"
      ) {
        stage in
        let talk = try StagedConversation.make(stage)
        try talk.write("Hello!", as: talk.requester, stage)
        for party in [talk.requester, talk.traveler] {
          try stage.as(party) {
            try stage.expectValue(
              "conversations of the \(party.name)",
              "select count(*) from public.conversations where id = \(talk.id)", is: "1")
            try stage.expectValue(
              "messages of the \(party.name)",
              "select count(*) from public.messages where conversation_id = \(talk.id)", is: "1")
          }
        }
        return "2 parties"
      },
      check("chat.others-are-denied", "DENIED: nobody else reads, writes or marks anything in it") { stage in
        let talk = try StagedConversation.make(stage)
        try talk.write("Not for you", as: talk.requester, stage)
        let outsider = try stage.signUp("outsider")
        try stage.as(outsider) {
          try stage.expectValue(
            "conversations", "select count(*) from public.conversations where id = \(talk.id)", is: "0")
          try stage.expectValue(
            "messages", "select count(*) from public.messages where conversation_id = \(talk.id)", is: "0")
          try stage.expectRefused(
            "a message", with: "42501",
            "insert into public.messages (conversation_id, message_text) values (\(talk.id), 'Let me in')")
          try stage.expectRefused("a mark", with: "MU020", "select public.mark_conversation_read(\(talk.id))")
        }
        try stage.as(.anonymous) {
          try stage.expectRefused("a visitor's look", with: "42501", "select count(*) from public.messages")
          try stage.expectRefused(
            "a visitor's message", with: "42501",
            "insert into public.messages (conversation_id, message_text) values (\(talk.id), 'Let me in')")
        }
        stage.expect("unread by requester and traveler", try talk.unread(stage), is: "0 1")
        return "1 outsider, 1 visitor"
      },
      check(
        "chat.a-traveler-opens-it", "A conversation is opened by the traveler who answers, with whoever asked"
      ) {
        stage in
        let talk = try StagedConversation.make(stage)
        let outsider = try stage.signUp("outsider")
        try stage.as(outsider) {
          try stage.expectRefused(
            "a requester who did not ask", with: "23503",
            """
            insert into public.conversations (request_id, requester_id)
            values (\(talk.request), \(talk.traveler.id))
            """)
        }
        try stage.as(talk.traveler) {
          try stage.expectRefused(
            "the same conversation again", with: "23505",
            """
            insert into public.conversations (request_id, requester_id)
            values (\(talk.request), \(talk.requester.id))
            """)
        }
        try stage.as(talk.requester) {
          try stage.expectRefused(
            "a conversation with oneself", with: "23514",
            """
            insert into public.conversations (request_id, requester_id)
            values (\(talk.request), \(talk.requester.id))
            """)
        }
        return "3 refusals"
      },
      check("chat.nobody-sets-the-counts", "No client writes a count, a time or a read mark") { stage in
        let talk = try StagedConversation.make(stage)
        try talk.write("Hello!", as: talk.requester, stage)
        try stage.as(talk.traveler) {
          for assignment in [
            "traveler_unread_count = 0", "last_message_at = now()", "requester_id = traveler_id",
          ] {
            try stage.expectRefused(
              assignment, with: "42501", "update public.conversations set \(raw: assignment)")
          }
          for assignment in ["is_read = true", "message_text = 'Goodbye!'", "sender_id = auth.uid()"] {
            try stage.expectRefused(
              assignment, with: "42501", "update public.messages set \(raw: assignment)")
          }
          try stage.expectRefused("a deleted message", with: "42501", "delete from public.messages")
        }
        return "7 refusals"
      },
    ]
  }
}

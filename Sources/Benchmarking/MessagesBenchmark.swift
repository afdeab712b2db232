extension Benchmark {
  private static let conversations = 1_000
  private static let sender = "00000000-0000-4000-8000-000000000001"

  static let messages = Benchmark(
    name: "messages", summary: "messages that count as unread: a statement trigger beside a row trigger"
  ) { laboratory in
    try await fill(laboratory)
    let draw = "\\set n random(1, \(conversations))\n"
    let number = "('00000000-0000-4000-9000-' || lpad(:n::text, 12, '0'))::uuid"
    let many = "('00000000-0000-4000-9000-' || lpad((1 + (:n + s) % \(conversations))::text, 12, '0'))::uuid"
    return [
      try await laboratory.race(
        "one message, 8 clients", unit: "messages",
        [
          .load(
            .floor, "a function that does nothing", draw + "select naive.nothing('m' || :n);", clients: 8),
          .load(
            .naive, "row trigger",
            draw + """
              insert into naive.messages (conversation_id, sender_id, message_text) values (\(number), '\(sender)', 'hello');
              """,
            clients: 8, witness: "select sum(traveler_unread_count) from naive.conversations"),
          .load(
            .muster, "statement trigger",
            draw + """
              insert into public.messages (conversation_id, sender_id, message_text) values (\(number), '\(sender)', 'hello');
              """,
            clients: 8, witness: "select sum(traveler_unread_count) from public.conversations"),
        ]),
      try await laboratory.race(
        "batches of 100 messages to 10 conversations, 2 clients", unit: "messages",
        [
          .load(
            .naive, "row trigger",
            draw + """
              insert into naive.messages (conversation_id, sender_id, message_text)
              select \(many), '\(sender)', 'hello' from generate_series(1, 10) as s, generate_series(1, 10);
              """,
            clients: 2, units: 100, witness: "select sum(traveler_unread_count) from naive.conversations"),
          .load(
            .muster, "statement trigger",
            draw + """
              insert into public.messages (conversation_id, sender_id, message_text)
              select \(many), '\(sender)', 'hello' from generate_series(1, 10) as s, generate_series(1, 10);
              """,
            clients: 2, units: 100, witness: "select sum(traveler_unread_count) from public.conversations"),
        ]),
    ]
  }

  private static func fill(_ laboratory: Laboratory) async throws {
    try await laboratory.execute(
      """
      insert into auth.users (id) values ('\(sender)'), ('00000000-0000-4000-8000-000000000002') on conflict do nothing;
      insert into public.service_requests (requester_id, title) values ('\(sender)', 'bench');
      with numbered as (
        insert into public.service_requests (id, requester_id, title)
        select ('00000000-0000-4000-a000-' || lpad(n::text, 12, '0'))::uuid, '\(sender)', 'bench'
        from generate_series(1, \(conversations)) as n on conflict do nothing returning id)
      insert into public.conversations (id, request_id, requester_id, traveler_id)
      select replace(id::text, '4000-a000', '4000-9000')::uuid, id, '\(sender)', '00000000-0000-4000-8000-000000000002'
      from numbered;
      create table if not exists naive.conversations as
      select id, requester_id, traveler_id, last_message_at, requester_unread_count, traveler_unread_count
      from public.conversations where id::text like '00000000-0000-4000-9000-%';
      alter table naive.conversations add primary key (id);
      create table naive.messages (id uuid primary key default gen_random_uuid(),
        conversation_id uuid not null references naive.conversations, sender_id uuid not null references auth.users,
        message_text text not null, is_read boolean not null default false,
        created_at timestamptz not null default now());
      create index on naive.messages (conversation_id, created_at);
      create function naive.count_message() returns trigger language plpgsql as $$
      begin
        update naive.conversations as talk
        set last_message_at = new.created_at,
          requester_unread_count = talk.requester_unread_count + (new.sender_id <> talk.requester_id)::int,
          traveler_unread_count = talk.traveler_unread_count + (new.sender_id <> talk.traveler_id)::int
        where talk.id = new.conversation_id;
        return null;
      end $$;
      create trigger count_message after insert on naive.messages for each row execute function naive.count_message();
      """)
    try await laboratory.vacuum("naive.conversations", "public.conversations")
  }
}

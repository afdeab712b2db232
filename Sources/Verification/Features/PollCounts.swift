import PostgresClient

/// Seed 002, "Data aggregation flow": what the triggers keep.
enum PollCounts: Feature {
  static let seed: Int? = 2
  static let requires = Polls.requires + ["public.poll_results", "public.statistics"]

  static var checks: [Check] {
    [
      check("polls.votes-update-the-cache", "Vote cast → update triggers → cache tables updated") { stage in
        let poll = try StagedPoll.make(stage)
        let before = try statistic("votes", stage)
        for number in 0..<5 {
          let voter = try stage.signUp("voter \(number)")
          let hold = try poll.press(voter, stage)
          try poll.pass(seconds: "3 s", hold: hold, stage)
          _ = try poll.vote(voter, hold: hold, option: number % 2, stage)
        }
        stage.expect("the results", try poll.results(stage), is: [3, 2])
        stage.expect("all votes", try statistic("votes", stage), is: before + 5)
        try stage.query(
          "delete from public.user_votes where poll_id = \(poll.id) and option_id = \(poll.options[1])")
        stage.expect("the results when votes are deleted", try poll.results(stage), is: [3, 0])
        try stage.query(
          "update public.user_votes set option_id = \(poll.options[1]) where poll_id = \(poll.id)")
        stage.expect("the results when votes are moved", try poll.results(stage), is: [0, 3])
        return "insert, update and delete"
      },
      check("polls.new-poll-updates-the-cache", "New poll → update triggers") { stage in
        let before = try statistic("polls", stage)
        let poll = try StagedPoll.make(stage, status: "draft")
        stage.expect("all polls", try statistic("polls", stage), is: before + 1)
        try stage.as(poll.creator) { _ = try stage.query("delete from public.polls where id = \(poll.id)") }
        stage.expect("all polls without it", try statistic("polls", stage), is: before)
        return "1 poll"
      },
      check("polls.boost-updates-the-cache", "Boost action → update triggers") { stage in
        let poll = try StagedPoll.make(stage)
        let before = try statistic("boosts", stage)
        let user = try stage.signUp("user")
        try stage.as(user) {
          _ = try stage.query("insert into public.poll_boosts (poll_id) values (\(poll.id))")
          try stage.expectRefused(
            "a second boost", with: "23505", "insert into public.poll_boosts (poll_id) values (\(poll.id))")
        }
        stage.expect("all boosts", try statistic("boosts", stage), is: before + 1)
        try stage.as(user) { _ = try stage.query("delete from public.poll_boosts") }
        stage.expect("all boosts without it", try statistic("boosts", stage), is: before)
        return "1 boost"
      },
      check("polls.registration-updates-the-cache", "User registration → update triggers") { stage in
        let before = try statistic("registrations", stage)
        _ = try stage.signUp("one", profile: true)
        _ = try stage.signUp("two", profile: true)
        stage.expect("all registrations", try statistic("registrations", stage), is: before + 2)
        return "2 profiles"
      },
      check("polls.statistics-show-live-holds", "The statistics show how many hold a button right now") {
        stage in
        try stage.query("select muster.refresh_counts(true)")
        let before = try statistic("live_holds", stage)
        let (_, _, _) = try Polls.pressed(stage)
        try stage.query("select muster.refresh_counts(true)")
        stage.expect("live holds", try statistic("live_holds", stage), is: before + 1)
        return "1 hold"
      },
      check("polls.cache-agrees-with-the-facts", "The caches say what a recount of the facts says") { stage in
        let differing = try stage.column(
          """
          select concat('option ', option_id, ': ', r.votes, ' cached, ', count(v.user_id), ' cast')
          from public.poll_results r left join public.user_votes v using (poll_id, option_id)
          group by option_id, r.votes having r.votes <> count(v.user_id)
          union all
          select format('%s: %s cached, %s there', name, cached, counted) from (
            select 'votes', votes, (select count(*) from public.user_votes) from public.statistics
            union all select 'polls', polls, (select count(*) from public.polls) from public.statistics
            union all select 'boosts', boosts, (select count(*) from public.poll_boosts) from public.statistics
            union all select 'registrations', registrations, (select count(*) from public.profiles)
              from public.statistics
          ) as pair (name, cached, counted) where cached <> counted
          """)
        for line in differing { stage.note(line) }
        return try stage.value("select count(*) || ' votes' from public.user_votes") ?? ""
      },
    ]
  }

  private static func statistic(_ name: String, _ stage: Stage) throws -> Int {
    try stage.as(.anonymous) { try stage.number("select \(name: name) from public.statistics") }
  }
}

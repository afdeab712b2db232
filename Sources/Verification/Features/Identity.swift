import PostgresClient

/// Who is asking: what all the papers rest on.
enum Identity: Feature {
  static let seed: Int? = nil
  static let requires = ["public.profiles", "public.is_admin"]

  static var checks: [Check] {
    [
      check(
        "identity.nobody-promotes-himself",
        "No user makes himself an admin: not by a write, a claim or a setting"
      ) {
        stage in
        let user = try stage.signUp("user", profile: true)
        let newcomer = try stage.signUp("newcomer")
        let writes: [(Persona, SQL)] = [
          (user, "update public.profiles set role = 'admin'"),
          (user, "update public.profiles set role = 'admin' where id = \(user.id)"),
          (
            user,
            """
            insert into public.profiles (id, role) values (\(user.id), 'admin')
            on conflict (id) do update set role = excluded.role
            """
          ),
          (
            user,
            """
            merge into public.profiles p using (select auth.uid() as id) me on p.id = me.id
            when matched then update set role = 'admin'
            """
          ),
          (newcomer, "insert into public.profiles (id, role) values (\(newcomer.id), 'admin')"),
        ]
        for (persona, write) in writes {
          try stage.as(persona) { try stage.expectRefused("\(write)", with: "42501", write) }
        }
        for forger in Forgery.personas(of: user) {
          let answer = try stage.as(forger) { try stage.attempt("select public.is_admin()") }
          if case .success(let rows) = answer, rows.first?[0] == "t" {
            stage.note("is_admin() believes \(forger.name): \(forger.claims ?? "")")
          }
        }
        try stage.as(user) {
          try stage.query(
            "select set_config('role.is_admin', 'true', true), set_config('app.role', 'admin', true)")
          stage.expect(try !stage.flag("select public.is_admin()"), "is_admin() believes a setting")
        }
        try stage.expectValue(
          "admins among them",
          "select count(*) from public.profiles where role = 'admin' and id in (\(user.id), \(newcomer.id))",
          is: "0")
        return "5 writes, \(Forgery.personas(of: user).count) tokens"
      },
      check("identity.admins-are-made-by-the-operator", "The operator makes an admin, and it shows at once") {
        stage in
        let user = try stage.signUp("user", profile: true)
        try stage.as(.service) {
          _ = try stage.query("update public.profiles set role = 'admin' where id = \(user.id)")
        }
        stage.expect(try stage.as(user) { try stage.flag("select public.is_admin()") }, "he is no admin")
        return "1 admin"
      },
      check("identity.others-profiles-stay-theirs", "An upsert reaches nobody else's profile") { stage in
        let (user, other) = (
          try stage.signUp("user", profile: true), try stage.signUp("other", profile: true)
        )
        try stage.as(user) {
          try stage.expectRefused(
            "an upsert of another's profile", with: "42501",
            """
            insert into public.profiles (id, display_name) values (\(other.id), 'Mine now')
            on conflict (id) do update set display_name = excluded.display_name
            """)
          try stage.expectRefused(
            "his profile under another's id", with: "42501",
            "update public.profiles set id = \(other.id) where id = \(user.id)")
        }
        try stage.expectValue(
          "the other's name", "select display_name from public.profiles where id = \(other.id)", is: "other")
        return "2 attempts"
      },
      check(
        "identity.broken-tokens-are-nobody",
        "A token that is missing, empty or broken is nobody, and no error"
      ) {
        stage in
        guard
          try stage.flag(
            "select pg_has_role(proowner, 'usage') from pg_proc where oid = 'auth.uid()'::regprocedure")
        else { throw Skip("auth.uid() is the host's, which lets no broken token in") }
        for claims in [
          "", "null", "{}", "[]", "not json", #"{"sub": null}"#, #"{"sub": ""}"#, #"{"sub": "me"}"#,
        ] {
          let nobody = Persona(name: "nobody", role: "authenticated", claims: claims)
          try stage.as(nobody) {
            let uid = try stage.attempt("select coalesce(auth.uid()::text, 'nobody')")
            switch uid {
            case .success(let rows):
              stage.expect("auth.uid() of \(claims)", rows.first?[0] ?? "", is: "nobody")
            case .failure(let error):
              stage.note("auth.uid() fails on the claims \(claims)", detail: error.message)
            }
            stage.expect(
              try stage.number("select count(*) from public.profiles") == 0, "\(claims) sees profiles")
          }
        }
        return "8 tokens"
      },
    ]
  }
}

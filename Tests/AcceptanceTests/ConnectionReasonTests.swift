import Testing

/// Why the database cannot be reached is what an operator has to know, and the password is not.
@Suite struct ConnectionReasonTests {
    private static let programs: [(name: String, words: [String])] = [
        ("atelier", ["serve"]), ("atelier", ["work"]), ("atelier", ["migrate"]),
        ("atelier-admin", ["accounts", "list"]),
    ]

    /// The deployment's URL with other parts, and what the complaint has to name.
    private static func cases(_ url: String) throws -> [(url: String, named: String)] {
        let scheme = try #require(url.firstRange(of: "://"))
        let at = try #require(url.lastIndex(of: "@"))
        let place = url[url.index(after: at)...]
        let slash = try #require(place.firstIndex(of: "/"))
        let (host, database) = (place[..<slash], place[slash...].prefix { $0 != "?" })
        let user = url[scheme.upperBound..<at]
        let role = try #require(user.split(separator: ":").first)
        return [
            ("postgres://\(user)@127.0.0.1:1\(database)", "port 1 failed"),
            ("postgres://\(user)@database.invalid\(database)", "database.invalid"),
            ("postgres://no_such_role:fox-and-owl@\(host)\(database)", "no_such_role"),
            ("postgres://\(user)@\(host)/no_such_database", "no_such_database"),
            ("postgres://\(role):fox-and-owl@\(host)\(database)", "\"\(role)\""),
            ("postgres://\(user)@\(host)\(database)?sslmode=require", "SSL"),
        ]
    }

    @Test func everyProgramSaysWhyTheDatabaseCannotBeReachedAndNeverThePassword() async throws {
        try await Deployment.with { deployment in
            let good = try #require(deployment.environment["DATABASE_URL"])
            let at = try #require(good.lastIndex(of: "@"))
            let password = try #require(good[..<at].split(separator: ":").last)
            for (url, named) in try Self.cases(good) {
                for (name, words) in Self.programs {
                    let said = try Transcript()
                    let program = try Program(
                        try Program.path(name), words,
                        environment: deployment.environment.merging(["DATABASE_URL": url]) { $1 },
                        output: said.descriptor, errors: said.descriptor)
                    #expect(await program.wait() == 3, "\(name) \(words): \(said.text)")
                    // A server says more before.
                    let last = said.text.split(separator: "\n").last ?? ""
                    #expect(last.hasPrefix("\(name): ") && last.contains(named), "\(said.text)")
                    for secret in [":\(password)@", "fox-and-owl", url] {
                        #expect(!said.text.contains(secret), "\(name) \(words)")
                    }
                }
            }
        }
    }
}

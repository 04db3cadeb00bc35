import Postgres
import Gateway
import Signing
import Units

extension Command {
    static let keysIssue = Command(
        "keys issue", "issue an API key; its secret is shown this once",
        [
            .needed("account", "ID", "whose"),
            .needed("name", "N", "what it is for"),
            .flag("test", "a test key: play credits, no real provider"),
            .optional("scope", "S,S", "generate, read, admin:keys (default generate,read)"),
            .optional("expires", "TIME", "UTC, such as 2027-01-31 (default never)"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let options = session.options
        let terms = Key.Terms(
            account: try options.neededID("account", of: Account.self),
            name: options.needed("name"), mode: options.has("test") ? .test : .live,
            scopes: try scopes(options.text("scope")), expiresAt: try options.time("expires"))
        let pepper = try session.pepper()
        let actor = session.actor
        var random = SecureRandom()
        let text = KeyText(mode: terms.mode, using: &random)
        let key = try await session.database.transaction {
            try Key.issue(text, under: terms, pepper: pepper, by: actor, in: $0)
        }
        return .record(
            key.members + [("secret", .string(text.secret.reveal()))],
            note: "Keep the secret now: it is kept nowhere and cannot be shown again.")
    }

    static let keysList = Command(
        "keys list", "list an account's keys, oldest first",
        [.needed("account", "ID", "whose")] + paging
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let limit = try session.limit
        let after = try session.options.id("after", of: Key.self)
        let keys = try await session.database.read { transaction in
            _ = try Account.find(account, in: transaction)
            return try Key.list(of: account, after: after, limit: limit, in: transaction)
        }
        return .list(Key.Details.columns, keys.map { $0.members.map(\.1) })
    }

    static let keysShow = Command("keys show", "show a key", naming) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("key", of: Key.self)
        let key = try await session.database.read { try Key.find(id, of: account, in: $0) }
        return .record(key.members)
    }

    static let keysRevoke = Command(
        "keys revoke", "refuse a key from the next request on, for good",
        naming + [.optional("reason", "WHY", "for the audit log")]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("key", of: Key.self)
        let actor = session.actor
        let key = try await session.database.transaction {
            try Key.revoke(id, of: account, by: actor, in: $0)
        }
        return .record(key.members)
    }

    private static let naming: [Option] = [
        .needed("account", "ID", "whose"), .needed("key", "ID", "which"),
    ]

    private static func scopes(_ text: String?) throws -> Set<Key.Scope> {
        guard let text else { return [.generate, .read] }
        return Set(
            try text.split(separator: ",").map { word in
                guard let scope = Key.Scope(rawValue: String(word)) else {
                    let known = Key.Scope.allCases.map(\.rawValue).joined(separator: ", ")
                    throw UsageFault("--scope is a list of \(known), not '\(word)'")
                }
                return scope
            })
    }
}

extension Key.Details {
    static let columns = [
        "id", "account_id", "name", "mode", "hint", "scopes", "expires_at", "revoked_at",
        "created_at",
    ]

    var members: [(String, JSON)] {
        Array(
            zip(
                Self.columns,
                [
                    .id(id), .id(account), .string(name), .string(mode.rawValue), .string(hint),
                    .array(scopes.map(JSON.string)), .optional(expiresAt, JSON.time),
                    .optional(revokedAt, JSON.time), .time(createdAt),
                ] as [JSON]))
    }
}

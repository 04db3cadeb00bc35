import Gateway
import Postgres
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
        ] + Options.ofLimits + [idempotencyKey, reason]
    ) { session in
        let options = session.options
        let terms = Key.Terms(
            account: try options.neededID("account", of: Account.self),
            name: options.needed("name"), mode: options.has("test") ? .test : .live,
            scopes: try options.scopes() ?? [.generate, .read],
            expiresAt: try options.time("expires"), limits: try options.limits())
        let claimed = options.text("idempotency-key")
        let pepper = try await session.pepper()
        let actor = session.actor
        let issued = try await session.database.transaction {
            try Key.issue(
                under: terms, as: claimed, random: SecureRandom(), pepper: pepper, by: actor,
                in: $0)
        }
        return shown(issued, at: actor.now)
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
        let now = session.clock.now
        return .list(Key.Details.columns, keys.map { $0.members(at: now).map(\.1) })
    }

    static let keysShow = Command("keys show", "show a key", naming) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("key", of: Key.self)
        let key = try await session.database.read { try Key.find(id, of: account, in: $0) }
        return .record(key.members(at: session.clock.now))
    }

    static let keysSet = Command(
        "keys set", "rename, restrict or free a key, from the next request on",
        naming + [
            .optional("name", "N", "what it is for"),
            .optional("scope", "S,S", "generate, read, admin:keys"),
            .optional("expires", "TIME", "UTC, such as 2027-01-31, or none"),
        ] + Options.ofLimits + [reason]
    ) { session in
        let options = session.options
        let account = try options.neededID("account", of: Account.self)
        let id = try options.neededID("key", of: Key.self)
        var changes = Key.Changes(
            name: options.text("name"), scopes: try options.scopes(),
            limits: try options.limits())
        if options.text("expires") == Options.lifted {
            changes.expiry = .never
        } else {
            changes.expiry = try options.time("expires").map { .at($0) }
        }
        guard !changes.isEmpty else {
            throw UsageFault("there is nothing to set\n\(options.usage)")
        }
        let actor = session.actor
        let key = try await session.database.transaction { [changes] in
            try Key.change(id, of: account, to: changes, by: actor, in: $0)
        }
        return .record(key.members(at: actor.now))
    }

    static let keysRotate = Command(
        "keys rotate", "give a key a new secret; the old one lets in for a while",
        naming + [
            .optional("overlap", "TIME", "how long both let in: 0s, 30m, 24h, 7d (default 24h)"),
            idempotencyKey, reason,
        ]
    ) { session in
        let options = session.options
        let account = try options.neededID("account", of: Account.self)
        let id = try options.neededID("key", of: Key.self)
        let overlap = try overlap(options.text("overlap"))
        let claimed = options.text("idempotency-key")
        let pepper = try await session.pepper()
        let actor = session.actor
        let issued = try await session.database.transaction {
            try Key.rotate(
                id, of: account, overlap: overlap, as: claimed, random: SecureRandom(),
                pepper: pepper, by: actor, in: $0)
        }
        return shown(issued, at: actor.now)
    }

    static let keysRevoke = Command(
        "keys revoke", "refuse a key from the next request on, for good", naming + [reason]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let id = try session.options.neededID("key", of: Key.self)
        let actor = session.actor
        let key = try await session.database.transaction {
            try Key.revoke(id, of: account, by: actor, in: $0)
        }
        return .record(key.members(at: actor.now))
    }

    private static func shown(_ issued: Key.Issued, at now: Timestamp) -> Result {
        .record(
            issued.key.members(at: now)
                + [
                    ("replayed", .bool(issued.replayed)),
                    ("secret", .string(issued.text.secret.reveal())),
                ],
            note: "Keep the secret now: it is kept nowhere and cannot be shown again.")
    }

    private static let naming: [Option] = [
        .needed("account", "ID", "whose"), .needed("key", "ID", "which"),
    ]

    private static let reason: Option = .optional("reason", "WHY", "for the audit log")

    private static let idempotencyKey: Option = .optional(
        "idempotency-key", "K", "again within a day it gives the same secret again")
}

extension Key.Details {
    static let columns = [
        "id", "account_id", "name", "mode", "state", "hint", "scopes", "limits", "last_used_at",
        "expires_at", "previous_until", "revoked_at", "created_at",
    ]

    func members(at now: Timestamp) -> [(String, JSON)] {
        Array(
            zip(
                Self.columns,
                [
                    .id(id), .id(account), .string(name), .string(mode.rawValue),
                    .string(state(at: now).rawValue), .string(hint),
                    .array(scopes.map(JSON.string)),
                    .object(
                        Limits.Field.allCases.compactMap { field in
                            limits[field].map { (field.rawValue, $0.json) }
                        }),
                    .optional(lastUsedAt, JSON.time), .optional(expiresAt, JSON.time),
                    .optional(previousUntil, JSON.time), .optional(revokedAt, JSON.time),
                    .time(createdAt),
                ] as [JSON]))
    }
}

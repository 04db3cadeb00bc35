import Postgres
import Gateway
import Ledger
import Postgres
import Units

extension Command {
    static let creditsGrant = Command(
        "credits grant", "give credits to an account",
        [
            .needed("account", "ID", "whose"),
            .needed("amount", "USD", "how much, such as 25.00"),
            .needed("reason", "R", "why, as on statements"),
            .flag("promotional", "a present rather than bought credits"),
            .optional("expires", "T", "from when on what is left of it cannot be used"),
            .flag("test", "to the test wallet"),
            .optional("idempotency-key", "K", "giving again under the same key changes nothing"),
        ]
    ) { session in
        try await give(session, kind: session.options.has("promotional") ? .promotional : .paid)
    }

    static let creditsAdjust = Command(
        "credits adjust", "correct a balance in either direction",
        [
            .needed("account", "ID", "whose"),
            .needed("amount", "USD", "how much; below zero takes away"),
            .needed("reason", "R", "why, as on statements"),
            .flag("test", "the test wallet"),
            .optional("idempotency-key", "K", "adjusting again under the same key changes nothing"),
        ]
    ) { try await give($0, kind: .adjustment) }

    static let creditsRefund = Command(
        "credits refund", "give back what a generation was charged, or a part of it",
        [
            .needed("account", "ID", "whose"),
            .needed("generation", "ID", "for which"),
            .needed("amount", "USD", "how much, at most what it was charged"),
            .needed("reason", "R", "why, as on statements"),
            .optional("idempotency-key", "K", "refunding again under the same key changes nothing"),
        ]
    ) { session in
        let options = session.options
        let account = try options.neededID("account", of: Account.self)
        let generation = try options.neededID("generation", of: Generation.self)
        let amount = try options.credits("amount") ?? .zero
        let (actor, key) = (session.actor, idempotencyKey(session))
        let given = try await once(session) {
            try Credits.refund(
                amount, of: generation, account: account, key: key, by: actor, in: $0)
        }
        return shown(given, kind: .refund, [("generation_id", .id(generation))])
    }

    static let creditsBalance = Command(
        "credits balance", "show a balance, and what is left of what was given",
        [.needed("account", "ID", "whose"), .flag("test", "of the test wallet")]
    ) { session in
        let name = try wallet(session)
        let now = session.clock.now
        let found = try await session.database.read {
            try Balance.find(name, lots: .all, at: now, in: $0)
        }
        guard let found else { throw Refusal(.notFound, "There is no account \(name.account).") }
        return .record(
            [
                ("id", .id(name.account)), ("account_id", .id(name.account)),
                ("mode", .string(name.mode.rawValue)),
            ]
                + found.wallet.members,
            table: .init(
                name: "lots", columns: ["id", "kind", "given", "left", "expires_at"],
                rows: found.lots.map { lot in
                    [
                        .id(lot.id), .string(lot.kind.rawValue), .credits(lot.given),
                        .credits(lot.left), .optional(lot.expiresAt, JSON.time),
                    ]
                }))
    }

    static let creditsHistory = Command(
        "credits history", "list an account's postings, newest first",
        [
            .needed("account", "ID", "whose"),
            .optional("limit", "N", "lines at most, 1 to 1000 (default 100)"),
            .optional("before", "ID", "go on before this id: the last one of the page before"),
        ]
    ) { session in
        let account = try session.options.neededID("account", of: Account.self)
        let limit = try session.limit
        let before = try session.options.id("before", of: Posting.self)
        let lines = try await session.database.read { transaction in
            _ = try Account.find(account, in: transaction)
            return try PostingLine.list(
                of: account, before: before, limit: limit, in: transaction)
        }
        return .list(
            [
                "id", "at", "mode", "debit", "credit", "amount", "reason", "generation_id",
                "lot_id",
                "expires_at",
            ],
            lines.map { line in
                [
                    .id(line.id), .time(line.at), .string(line.mode.rawValue),
                    .string(line.debit.told(of: account)), .string(line.credit.told(of: account)),
                    .credits(line.amount), .string(line.reason),
                    .optional(line.generation, JSON.id), .optional(line.lot, JSON.id),
                    .optional(line.expiresAt, JSON.time),
                ]
            })
    }

    private static func wallet(_ session: Session) throws -> Wallet.Name {
        Wallet.Name(
            account: try session.options.neededID("account", of: Account.self),
            mode: session.options.has("test") ? .test : .live)
    }

    private static func give(_ session: Session, kind: Grant.Kind) async throws -> Result {
        let options = session.options
        let actor = session.actor
        let grant = Grant(
            wallet: try wallet(session), kind: kind, amount: try options.credits("amount") ?? .zero,
            reason: options.needed("reason"), idempotencyKey: idempotencyKey(session),
            expiresAt: kind == .adjustment ? nil : try options.time("expires"))
        let given = try await once(session) { try Credits.give(grant, by: actor, in: $0) }
        return shown(
            given, kind: kind, [("expires_at", .optional(grant.expiresAt, JSON.time))])
    }

    /// Without one, this call is the only one of its kind.
    private static func idempotencyKey(_ session: Session) -> String {
        session.options.text("idempotency-key") ?? "cli-\(ID<Grant>(at: session.actor.now))"
    }

    /// Carries `give` out; its key makes a second attempt harmless, and tells what came of the first.
    private static func once(
        _ session: Session,
        _ give: @escaping @Sendable (borrowing Transaction) throws -> Grant.Given
    ) async throws -> Grant.Given {
        do {
            return try await session.database.transaction(give)
        } catch DatabaseFailure.uncertain {
            return try await session.database.transaction(give)
        }
    }

    private static func shown(
        _ given: Grant.Given, kind: Grant.Kind, _ more: [(String, JSON)]
    ) -> Result {
        .record(
            [
                ("id", .id(given.id)), ("account_id", .id(given.wallet.name.account)),
                ("mode", .string(given.wallet.name.mode.rawValue)),
                ("kind", .string(kind.rawValue)), ("amount", .credits(given.amount)),
            ] + more
                + [("posting_id", .id(given.posting)), ("repeated", .bool(given.repeated))]
                + given.wallet.members)
    }
}

extension Book {
    /// As told in journals: a wallet by its account.
    func told(of account: ID<Account>) -> String {
        self == .wallet ? "wallet:\(account)" : rawValue
    }
}

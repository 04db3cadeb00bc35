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

    static let creditsBalance = Command(
        "credits balance", "show a balance",
        [.needed("account", "ID", "whose"), .flag("test", "of the test wallet")]
    ) { session in
        let name = try wallet(session)
        let found = try await session.database.read { try Wallet.find(name, in: $0) }
        guard let found else { throw Refusal(.notFound, "There is no account \(name.account).") }
        return .record(
            [
                ("id", .id(name.account)), ("account_id", .id(name.account)),
                ("mode", .string(name.mode.rawValue)),
            ]
                + found.members)
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
            ["id", "at", "mode", "debit", "credit", "amount", "reason", "generation_id"],
            lines.map { line in
                [
                    .id(line.id), .time(line.at), .string(line.mode.rawValue),
                    .string(line.debit.told(of: account)), .string(line.credit.told(of: account)),
                    .credits(line.amount), .string(line.reason),
                    .optional(line.generation, JSON.id),
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
            reason: options.needed("reason"),
            // Without one, this call is the only one of its kind.
            idempotencyKey: options.text("idempotency-key") ?? "cli-\(ID<Grant>(at: actor.now))")
        let give: @Sendable (borrowing Transaction) throws -> Grant.Given = {
            try Credits.give(grant, by: actor, in: $0)
        }
        let given: Grant.Given
        do {
            given = try await session.database.transaction(give)
        } catch DatabaseFailure.uncertain {
            // Its key makes a second attempt harmless, and tells what came of the first.
            given = try await session.database.transaction(give)
        }
        return .record(
            [
                ("id", .id(given.id)), ("account_id", .id(grant.wallet.account)),
                ("mode", .string(grant.wallet.mode.rawValue)), ("kind", .string(kind.rawValue)),
                ("amount", .credits(given.amount)), ("posting_id", .id(given.posting)),
                ("repeated", .bool(given.repeated)),
            ] + given.wallet.members)
    }
}

extension Book {
    /// As told in journals: a wallet by its account.
    func told(of account: ID<Account>) -> String {
        self == .wallet ? "wallet:\(account)" : rawValue
    }
}

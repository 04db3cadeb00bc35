import Documents
import Postgres
import Gateway
import Ledger
import Units

extension Command {
    static let accountsCreate = Command(
        "accounts create", "open an account with an empty wallet and play credits",
        [
            .needed("name", "N", "its name, as on invoices"),
            .needed("email", "E", "where its invoices go"),
            .optional("credit-limit", "USD", "how far its balance may go below zero (default 0)"),
            .optional(
                "tax-rate", "PERCENT", "tax on its invoices, such as 19 or 8.875 (default 0)"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let options = session.options
        let name = options.needed("name")
        let email = options.needed("email")
        let limit = try options.credits("credit-limit") ?? .zero
        let tax = try taxPPM(options.text("tax-rate") ?? "0")
        let actor = session.actor
        let account = try await session.database.transaction { transaction in
            try Account.create(
                name: name, email: email, creditLimit: limit, taxPPM: tax, by: actor,
                in: transaction)
        }
        return .record(account.members)
    }

    static let accountsList = Command(
        "accounts list", "list accounts, oldest first", paging
    ) { session in
        let limit = try session.limit
        let after = try session.options.id("after", of: Account.self)
        let accounts = try await session.database.read {
            try Account.list(after: after, limit: limit, in: $0)
        }
        return .list(Account.Details.columns, accounts.map { $0.members.map(\.1) })
    }

    static let accountsShow = Command(
        "accounts show", "show an account and its balances", [.needed("account", "ID", "which")]
    ) { session in
        let id = try session.options.neededID("account", of: Account.self)
        return try await shown(id, session)
    }

    static let accountsSet = Command(
        "accounts set",
        "change an account's credit limit, what its invoices say, or how long its contents are kept",
        [
            .needed("account", "ID", "which"),
            .optional("credit-limit", "USD", "how far its balance may go below zero"),
            .optional("keep-prompts", "DAYS", "how long prompts are kept: 30d, or forever"),
            .optional("keep-pictures", "DAYS", "how long pictures are kept: 90d, or forever"),
        ] + billingOptions + [.optional("reason", "WHY", "for the audit log")]
    ) { session in
        let id = try session.options.neededID("account", of: Account.self)
        let limit = try session.options.credits("credit-limit")
        let prompts = try session.options.kept("keep-prompts")
        let pictures = try session.options.kept("keep-pictures")
        let billing = try session.options.billing()
        guard limit != nil || prompts != nil || pictures != nil || !billing.isEmpty else {
            throw UsageFault(
                "accounts set takes --credit-limit, --keep-prompts, --keep-pictures, or what its invoices "
                    + "say: see --help")
        }
        let actor = session.actor
        try await session.database.transaction { transaction in
            if let limit {
                _ = try Account.setCreditLimit(limit, id, by: actor, in: transaction)
            }
            if prompts != nil || pictures != nil {
                try Keeping.set(
                    prompts: prompts, pictures: pictures, of: id, by: actor, in: transaction)
            }
            if !billing.isEmpty {
                try Account.setBilling(billing, id, by: actor, in: transaction)
            }
        }
        return try await shown(id, session)
    }

    static let accountsSuspend = Command(
        "accounts suspend", "refuse every request of an account from now on", suspending
    ) { try await setSuspended(true, $0) }

    static let accountsResume = Command(
        "accounts resume", "let a suspended account go on", suspending
    ) { try await setSuspended(false, $0) }

    private static let suspending: [Option] = [
        .needed("account", "ID", "which"), .optional("reason", "WHY", "for the audit log"),
    ]

    private static func setSuspended(_ suspended: Bool, _ session: Session) async throws -> Result {
        let id = try session.options.neededID("account", of: Account.self)
        let actor = session.actor
        let account = try await session.database.transaction {
            try Account.setSuspended(suspended, id, by: actor, in: $0)
        }
        return .record(account.members)
    }

    private static func shown(_ id: ID<Account>, _ session: Session) async throws -> Result {
        let now = session.clock.now
        let (account, billing, keeping, wallets) = try await session.database.read { transaction in
            let account = try Account.find(id, in: transaction)
            let billing = try Account.billing(id, in: transaction)
            let keeping = try Keeping.of(id, in: transaction)
            let wallets = try Mode.allCases.compactMap { mode in
                try Balance.find(.init(account: id, mode: mode), at: now, in: transaction)?.wallet
            }
            return (account, billing, keeping, wallets)
        }
        let kept: [(String, JSON)] = [
            ("keep_prompts", .string(keeping.prompts.words)),
            ("keep_pictures", .string(keeping.pictures.words)),
        ]
        let balances = wallets.map { wallet in
            (wallet.name.mode.rawValue, JSON.object(wallet.members))
        }
        return .record(
            account.members + kept + balances + [("billing", .object(billing.members))])
    }

    /// Parts per million of a percentage with up to four decimals: exact, by whole numbers.
    static func taxPPM(_ text: String) throws -> Int32 {
        // A percentage is a decimal like an amount; a billionth of a percent is refused below.
        guard let percent = Credits(dollars: text), percent.nanodollars >= 0,
            percent.nanodollars % 100_000 == 0, percent.nanodollars <= 100_000_000_000
        else {
            throw UsageFault(
                "--tax-rate is a percentage from 0 to 100 such as 8.875, not '\(text)'")
        }
        return Int32(percent.nanodollars / 100_000)
    }
}

extension Account.Details {
    static let columns = ["id", "name", "email", "tax_rate", "suspended_at", "created_at"]

    var members: [(String, JSON)] {
        let percent = Credits(nanodollars: Int64(taxPPM) * 100_000)
        return Array(
            zip(
                Self.columns,
                [
                    .id(id), .string(name), .string(email), .credits(percent),
                    .optional(suspendedAt, JSON.time), .time(createdAt),
                ] as [JSON]))
    }
}

extension Wallet {
    /// The four figures of a balance, in USD.
    var members: [(String, JSON)] {
        [
            ("posted", .credits(posted)), ("held", .credits(held)),
            ("credit_limit", .credits(creditLimit)), ("available", .credits(available)),
        ]
    }
}

extension Billing {
    /// What its invoices say of an account.
    var members: [(String, JSON)] {
        party.members + [
            ("reference", .optional(reference, JSON.string)),
            ("tax_category", .string(taxCategory.rawValue)),
            ("tax_reason", .optional(taxReason, JSON.string)),
        ]
    }
}

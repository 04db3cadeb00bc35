import Ledger
public import Postgres
public import Units

extension Account {
    /// What an admin sees of an account.
    public struct Details: Sendable {
        public let id: ID<Account>
        public let name: String
        public let email: String
        /// The tax rate in parts per million.
        public let taxPPM: Int32
        public let suspendedAt: Timestamp?
        public let createdAt: Timestamp
    }

    /// Play credits in a test wallet at creation: enough for any test run, and never invoiced.
    public static let playCredits = Credits(nanodollars: 1000 * Credits.nanodollarsPerDollar)

    /// Opens an account with an empty live wallet and a test wallet full of play credits.
    public static func create(
        name: String, email: String, creditLimit: Credits, taxPPM: Int32,
        by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let account = Details(
            id: ID(at: actor.now), name: try checked(name: name), email: try checked(email: email),
            taxPPM: taxPPM, suspendedAt: nil, createdAt: actor.now)
        guard creditLimit >= .zero, creditLimit <= Wallet.limitMax else {
            throw Refusal(
                .invalidValue,
                "A credit limit is $0 to $\(Wallet.limitMax); $\(creditLimit) came.",
                field: "credit-limit")
        }
        try transaction.send(
            """
            insert into account (id, name, email, tax_ppm, created_at)
            values (\(account.id), \(account.name), \(account.email), \(taxPPM), \(actor.now))
            """)
        try Wallet.open(
            Wallet.Name(account: account.id, mode: .live), creditLimit: creditLimit, in: transaction
        )
        let play = Wallet.Name(account: account.id, mode: .test)
        try Wallet.open(play, creditLimit: .zero, in: transaction)
        _ = try Grant(
            wallet: play, kind: .promotional, amount: playCredits, reason: "play credits",
            idempotencyKey: Credits.ownKeys + "play-credits"
        ).give(at: actor.now, in: transaction)
        try AuditEvent.record(
            "account.created", on: account.id.description, account: account.id,
            details: AuditEvent.changes(
                nil, [("name", .string(account.name)), ("credit_limit", .credits(creditLimit))]),
            by: actor, in: transaction)
        return account
    }

    private static func checked(name: String) throws(Refusal) -> String {
        try Label.check(name, field: "name")
        return name
    }

    private static func checked(email: String) throws(Refusal) -> String {
        try Label.check(email, field: "email", lengthMax: 320)
        let halves = email.split(separator: "@", omittingEmptySubsequences: false)
        guard halves.count == 2,
            halves.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) })
        else {
            throw Refusal(
                .invalidValue, "'\(email)' is not an e-mail address.",
                field: "email")
        }
        return email
    }

    private static let columns: SQL = "id, name, email, tax_ppm, suspended_at, created_at"

    private static func read(_ row: inout RowReader) throws -> Details {
        Details(
            id: try row.next(), name: try row.next(), email: try row.next(), taxPPM: try row.next(),
            suspendedAt: try row.next(), createdAt: try row.next())
    }

    /// The account of this id, or a refusal that names it.
    public static func find(
        _ id: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Details {
        try found(id, "select " + columns + " from account where id = \(id)", in: transaction)
    }

    /// The same, kept from change by anybody else until the end of the transaction.
    static func lock(
        _ id: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Details {
        try found(
            id, "select " + columns + " from account where id = \(id) for no key update",
            in: transaction)
    }

    private static func found(
        _ id: ID<Account>, _ statement: SQL, in transaction: borrowing Transaction
    ) throws -> Details {
        guard let found = try transaction.first(statement, read) else {
            throw Refusal(.notFound, "There is no account \(id).", field: "account")
        }
        return found
    }

    /// Accounts in order of birth, up to `limit` after the one named.
    public static func list(
        after: ID<Account>?, limit: Int, in transaction: borrowing Transaction
    ) throws -> [Details] {
        try transaction.rows(
            "select " + columns + " from account"
                + " where \(after)::uuid is null or id > \(after) order by id limit \(limit)", read)
    }

    /// Suspends an account, or lets it go on. From the next request on, on every server.
    public static func setSuspended(
        _ suspended: Bool, _ id: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let since: Timestamp? = suspended ? actor.now : nil
        let before = try lock(id, in: transaction)
        // Suspended again, it has been so since the first time.
        try transaction.send(
            """
            update account
            set suspended_at = case when \(suspended) then coalesce(suspended_at, \(since)) end
            where id = \(id)
            """)
        let after = try find(id, in: transaction)
        try AuditEvent.record(
            suspended ? "account.suspended" : "account.resumed", on: id.description, account: id,
            details: AuditEvent.changes(
                [("suspended_at", .optional(before.suspendedAt, JSON.time))],
                [("suspended_at", .optional(after.suspendedAt, JSON.time))]), by: actor,
            in: transaction)
        return after
    }

    /// Changes how far the live wallet may go below zero. Refused when it already is further.
    public static func setCreditLimit(
        _ limit: Credits, _ id: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> Details {
        let account = try find(id, in: transaction)
        let wallet = Wallet.Name(account: id, mode: .live)
        let before = try Wallet.setCreditLimit(limit, of: wallet, in: transaction)
        try AuditEvent.record(
            "account.credit_limit_set", on: id.description, account: id,
            details: AuditEvent.changes(
                [("credit_limit", .credits(before))], [("credit_limit", .credits(limit))]),
            by: actor, in: transaction)
        return account
    }
}

extension String {
    /// Without blanks and line ends around it.
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

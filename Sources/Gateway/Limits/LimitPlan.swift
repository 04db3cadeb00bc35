public import Postgres
public import Units

/// Limits that many accounts share, under a name.
public struct LimitPlan: Sendable {
    public let name: String
    public let limits: Limits
    /// Accounts that are on it.
    public let accounts: Int64
    public let createdAt: Timestamp

    /// Where accounts start.
    public static let standard = "standard"

    private static let select: SQL =
        "select name, " + Limits.columns
        + ", (select count(*) from account a where a.plan = p.name), created_at from plan p"

    private static func read(_ row: inout RowReader) throws -> LimitPlan {
        LimitPlan(
            name: try row.next(), limits: try Limits(&row), accounts: try row.next(),
            createdAt: try row.next())
    }

    /// The plan of this name, or a refusal that names it.
    public static func find(
        _ name: String, in transaction: borrowing Transaction
    ) throws -> LimitPlan {
        let found = try transaction.first(select + " where name = \(name)", read)
        guard let found else {
            throw Refusal(.notFound, "There is no plan '\(name.prefix(60))'.", field: "plan")
        }
        return found
    }

    /// Every plan, by name.
    public static func list(in transaction: borrowing Transaction) throws -> [LimitPlan] {
        try transaction.rows(select + " order by name limit \(countMax)", read)
    }

    /// Plans there are at most: they are for people to choose from.
    static let countMax = 1000

    /// Makes a plan, or changes its limits. Of the accounts that are on it, what they use already is
    /// counted by `count`, account by account.
    public static func set(
        _ name: String, to changes: Limits.Changes, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> LimitPlan {
        guard
            name.wholeMatch(of: /[a-z][a-z0-9-]{0,49}/) != nil
        else {
            throw Refusal(
                .invalidValue,
                "A plan's name is 1 to 50 small letters, digits and hyphens, a letter first.",
                field: "plan")
        }
        try transaction.send(
            """
            insert into plan (name, created_at) values (\(name), \(actor.now))
            on conflict do nothing
            """)
        let before = try transaction.first(
            "select " + Limits.columns + " from plan where name = \(name) for update",
            Limits.init)
        let limits = try (before ?? .none).changed(by: changes, in: transaction)
        try limits.refuseLoneBursts()
        try transaction.send("update plan set " + limits.assignments + " where name = \(name)")
        try AuditEvent.record(
            "plan.set", on: name, account: nil,
            details: .object([
                ("before", .object((before ?? .none).members)), ("after", .object(limits.members)),
            ]),
            by: actor, in: transaction)
        return try find(name, in: transaction)
    }

    /// Counts what the next accounts on a plan use already; answers the last one, or nil when
    /// there is none left.
    public static func count(
        _ name: String, after: ID<Account>?, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> ID<Account>? {
        let accounts: [ID<Account>] = try transaction.rows(
            """
            select id from account
            where plan = \(name) and (\(after)::uuid is null or id > \(after))
            order by id limit \(countedAtOnce)
            """
        ) { try $0.next() }
        for account in accounts {
            try Meter.open(account, key: nil, modes: Mode.allCases, at: now, in: transaction)
        }
        return accounts.last
    }

    /// Accounts counted in one transaction, whose wallets are locked meanwhile.
    private static let countedAtOnce = 20
}

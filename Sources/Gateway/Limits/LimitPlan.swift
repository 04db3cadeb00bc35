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

    /// Makes a plan, or changes its limits. What the accounts that are on it use already is then
    /// counted by `count`, account by account, if it is `uncounted`: when the plan had no limits
    /// before, or they are the same as before, as when the command is given again because it failed
    /// in the middle.
    public static func set(
        _ name: String, to changes: Limits.Changes, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws -> (plan: LimitPlan, uncounted: Bool) {
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
        let uncounted = before == nil || before == Limits.none || before == limits
        return (try find(name, in: transaction), uncounted)
    }

    /// Makes the meters of the next account on a plan ready for its limits, and counts what it uses
    /// already if it is `uncounted`; answers which it was, or nil when there is none left.
    ///
    /// One account a transaction: of two, the second's wallet would be locked after the first's
    /// meters. An account with limits of its own was counted at all times.
    public static func count(
        _ name: String, uncounted: Bool, after: ID<Account>?, at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> ID<Account>? {
        let next: (id: ID<Account>, isLimited: Bool)? = try transaction.first(
            """
            select id, limited from account
            where plan = \(name) and (\(after)::uuid is null or id > \(after))
            order by id limit 1
            """
        ) { (try $0.next(), try $0.next()) }
        guard let next else { return nil }
        try Meter.open(
            next.id, key: nil, modes: Mode.allCases, uncounted: uncounted && !next.isLimited,
            at: now, in: transaction)
        return next.id
    }
}

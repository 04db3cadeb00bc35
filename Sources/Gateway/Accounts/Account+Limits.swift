import Ledger
public import Postgres
public import Units

extension Account {
    /// Puts an account on a plan, changes its own limits, or both.
    public static func setLimits(
        _ changes: Limits.Changes, plan: String?, of id: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        if let plan { _ = try LimitPlan.find(plan, in: transaction) }
        let before = try limits(of: id, locking: true, in: transaction)
        let limits = try before.limits.changed(by: changes, in: transaction)
        let after = (plan: plan ?? before.plan, limits: limits)
        try transaction.send(
            "update account set plan = \(after.plan), " + limits.assignments
                + " where id = \(id)")
        // With limits of its own it was counted at all times; a plan's may be a moment old, and its
        // accounts not counted yet.
        try Meter.open(
            id, key: nil, modes: Mode.allCases, uncounted: before.limits == .none, at: actor.now,
            in: transaction)
        try AuditEvent.record(
            "account.limits_set", on: id.description, account: id,
            details: .object([
                ("before", .object([("plan", .string(before.plan))] + before.limits.members)),
                ("after", .object([("plan", .string(after.plan))] + after.limits.members)),
            ]),
            by: actor, in: transaction)
    }

    /// The plan that an account is on, and its own limits.
    public static func limits(
        of id: ID<Account>, in transaction: borrowing Transaction
    ) throws -> (plan: String, limits: Limits) {
        try limits(of: id, locking: false, in: transaction)
    }

    private static func limits(
        of id: ID<Account>, locking: Bool, in transaction: borrowing Transaction
    ) throws -> (plan: String, limits: Limits) {
        let found = try transaction.first(
            "select plan, " + Limits.columns + " from account where id = \(id)"
                + (locking ? " for no key update" : "")
        ) { (plan: try $0.next() as String, limits: try Limits(&$0)) }
        guard let found else {
            throw Refusal(.notFound, "There is no account \(id).", field: "account")
        }
        return found
    }

    /// Has an account told when a charge takes its live balance below `line`; nil tells nobody.
    public static func setAlert(
        below line: Credits?, of id: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        _ = try find(id, in: transaction)
        let wallet = Wallet.Name(account: id, mode: .live)
        let before = try Wallet.setAlert(below: line, of: wallet, in: transaction)
        try AuditEvent.record(
            "account.alert_set", on: id.description, account: id,
            details: .object([
                ("before", .optional(before, JSON.credits)),
                ("after", .optional(line, JSON.credits)),
            ]),
            by: actor, in: transaction)
    }
}

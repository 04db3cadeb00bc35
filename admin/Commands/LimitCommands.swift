import Gateway
import Ledger
import Postgres
import Units

extension Command {
    static let plansList = Command("plans list", "list plans: limits that accounts share", []) {
        session in
        let plans = try await session.database.read { try LimitPlan.list(in: $0) }
        return .list(LimitPlan.columns, plans.map { $0.members.map(\.1) })
    }

    static let plansShow = Command("plans show", "show a plan", [namingPlan]) { session in
        let name = session.options.needed("plan")
        let plan = try await session.database.read { try LimitPlan.find(name, in: $0) }
        return .record(plan.members)
    }

    static let plansSet = Command(
        "plans set", "make a plan, or change its limits, for all accounts on it",
        [namingPlan] + Options.ofLimits + [reason]
    ) { session in
        let name = session.options.needed("plan")
        let changes = try session.options.limits()
        let actor = session.actor
        let (plan, uncounted) = try await session.database.transaction {
            try LimitPlan.set(name, to: changes, by: actor, in: $0)
        }
        // What its accounts use already counts from now on.
        var last: ID<Account>?
        var more = true
        do {
            while more {
                // The time of each: there may be many, and a day may begin meanwhile.
                let now = session.actor.now
                let next = try await session.database.transaction { [last] in
                    try LimitPlan.count(name, uncounted: uncounted, after: last, at: now, in: $0)
                }
                more = next != nil
                last = next ?? last
            }
        } catch {
            let done = last.map { "those after account \($0)" } ?? "all of them"
            throw Refusal(
                .unavailable,
                "The plan is set, but what its accounts use is yet to be counted, of \(done): give "
                    + "the same command again. (\(error))")
        }
        return .record(plan.members)
    }

    static let accountsLimit = Command(
        "accounts limit", "show or change an account's plan, limits and alert",
        [
            .needed("account", "ID", "which"),
            .optional("plan", "NAME", "the plan that it is on"),
            .optional(
                "alert-below", "USD",
                "send the webhook balance.low when a charge takes its balance below this, or none"),
        ] + Options.ofLimits + [reason]
    ) { session in
        let options = session.options
        let id = try options.neededID("account", of: Account.self)
        let plan = options.text("plan")
        let changes = try options.limits()
        let alert = try options.alert()
        let actor = session.actor
        try await session.database.transaction { transaction in
            if plan != nil || !changes.isEmpty {
                try Account.setLimits(changes, plan: plan, of: id, by: actor, in: transaction)
            }
            if let alert {
                try Account.setAlert(below: alert, of: id, by: actor, in: transaction)
            }
        }
        let (own, shared, wallet) = try await session.database.read { transaction in
            let own = try Account.limits(of: id, in: transaction)
            return (
                own, try LimitPlan.find(own.plan, in: transaction),
                try Wallet.find(.init(account: id, mode: .live), in: transaction)
            )
        }
        return .record([
            ("account_id", .id(id)), ("plan", .string(own.plan)),
            ("limits", .object(own.limits.members)),
            ("plan_limits", .object(shared.limits.members)),
            ("alert_below", .optional(wallet?.alertBelow, JSON.credits)),
        ])
    }

    private static let namingPlan: Option = .needed("plan", "NAME", "which, such as standard")
    private static let reason: Option = .optional("reason", "WHY", "for the audit log")
}

extension Options {
    /// The balance to be told below: nil when nothing is said, nothing inside for `none`.
    fileprivate func alert() throws -> Credits?? {
        guard let text = text("alert-below") else { return nil }
        if text == Self.lifted { return .some(nil) }
        return try credits("alert-below")
    }
}

extension LimitPlan {
    fileprivate static let columns =
        ["name", "accounts"] + Limits.Field.allCases.map(\.rawValue) + ["created_at"]

    fileprivate var members: [(String, JSON)] {
        [("name", .string(name)), ("accounts", .int(accounts))] + limits.members
            + [("created_at", .time(createdAt))]
    }
}

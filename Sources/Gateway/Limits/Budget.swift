import Ledger
public import Postgres
public import Units

/// A cap on what a key, or its account, may spend, and how much of it is spent or held.
public struct Budget: Sendable {
    public enum Window: Sendable {
        case day, month
    }

    /// Whether it is of the key itself, and not of its account.
    public let isOfKey: Bool
    public let window: Window
    public let cap: Credits
    /// What is spent or held in the window that `now` is in.
    public let spent: Credits
    /// When it starts anew.
    public let resetsAt: Timestamp

    /// What is left of it. Less than nothing once the cap was lowered below what is spent.
    public var left: Credits { cap - spent }

    /// Every cap that a request under the key is held against, the key's own first, as the meters
    /// count at `now`.
    public static func list(
        of key: Key.Standing, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> [Budget] {
        guard let limits = try KeyLimits.find([key], in: transaction).rows().first?.limits else {
            return []
        }
        return try [(limits.own, key.id), (limits.account, nil)].flatMap { limits, id in
            guard limits.dayCap != nil || limits.monthCap != nil else { return [Budget]() }
            let name = Meter.Name(account: key.account, key: id, mode: key.mode)
            let meter = try Meter.find(name, in: transaction) ?? Meter(new: name, at: now)
            return meter.budgets(under: limits, at: now)
        }
    }
}

extension Meter {
    fileprivate func budgets(under limits: Limits, at now: Timestamp) -> [Budget] {
        var current = self
        current.turn(to: CivilDate(now))
        func budget(
            _ window: Budget.Window, _ cap: Credits?, _ spent: Credits, until end: CivilDate
        ) -> Budget? {
            cap.map {
                Budget(
                    isOfKey: name.key != nil, window: window, cap: $0, spent: spent,
                    resetsAt: end.midnight)
            }
        }
        return [
            budget(.day, limits.dayCap, current.daySpent, until: current.day.tomorrow),
            budget(
                .month, limits.monthCap, current.monthSpent,
                until: current.month.startOfMonth(plus: 1)),
        ].compactMap(\.self)
    }
}

public import Postgres
public import Units

/// How long something of an account is kept.
public enum Kept: Hashable, Sendable {
    case days(Int32)
    case forever

    /// A hundred years, as the database has it.
    public static let daysMax: Int32 = 36_500

    var days: Int32? {
        switch self {
        case .days(let days): days
        case .forever: nil
        }
    }

    public var words: String { days.map { "\($0)d" } ?? "forever" }
}

/// How long an account's prompts and pictures are kept, from when they came.
public struct Keeping: Hashable, Sendable {
    public let prompts: Kept
    public let pictures: Kept

    /// What is kept of an account's.
    public static func of(
        _ account: ID<Account>, in transaction: borrowing Transaction
    ) throws -> Keeping {
        try find(account, locking: false, in: transaction)
    }

    /// Changes what is said, and leaves the rest. What is gone by then stays gone.
    public static func set(
        prompts: Kept?, pictures: Kept?, of account: ID<Account>, by actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        for (name, kept) in [("keep-prompts", prompts), ("keep-pictures", pictures)] {
            guard let days = kept?.days, !(1...Kept.daysMax).contains(days) else { continue }
            throw Refusal(
                .invalidValue, "Something is kept for 1 to \(Kept.daysMax) days.", field: name)
        }
        let before = try find(account, locking: true, in: transaction)
        let after = Keeping(
            prompts: prompts ?? before.prompts, pictures: pictures ?? before.pictures)
        try transaction.send(
            """
            update account
            set prompt_days = \(after.prompts.days), picture_days = \(after.pictures.days)
            where id = \(account)
            """)
        try AuditEvent.record(
            "account.retention_set", on: account.description, account: account,
            details: .object([("before", before.json), ("after", after.json)]), by: actor,
            in: transaction)
    }

    private var json: JSON {
        .object([("prompts", .string(prompts.words)), ("pictures", .string(pictures.words))])
    }

    private static func find(
        _ account: ID<Account>, locking: Bool, in transaction: borrowing Transaction
    ) throws -> Keeping {
        let found = try transaction.first(
            "select prompt_days, picture_days from account where id = \(account)"
                + (locking ? " for no key update" : "")
        ) { row in
            let days: (Int32?, Int32?) = (try row.next(), try row.next())
            return Keeping(
                prompts: days.0.map(Kept.days) ?? .forever,
                pictures: days.1.map(Kept.days) ?? .forever)
        }
        guard let found else {
            throw Refusal(.notFound, "There is no account \(account).", field: "account")
        }
        return found
    }
}

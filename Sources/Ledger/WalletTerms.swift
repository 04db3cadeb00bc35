public import Postgres
public import Units

extension Wallet {
    /// A billion dollars, as the database has it: `wallet_is_within_reason`.
    public static let limitMax = Credits(
        nanodollars: 1_000_000_000 * Credits.nanodollarsPerDollar)

    /// Changes how far the wallet may go below zero; answers the limit before.
    ///
    /// Refuses a limit that the wallet has passed already.
    public static func setCreditLimit(
        _ limit: Credits, of name: Name, in transaction: borrowing Transaction
    ) throws -> Credits {
        guard let wallet = try lock([name], in: transaction).rows().first else {
            throw Refusal(.notFound, "There is no account \(name.account).", field: "account")
        }
        guard limit >= .zero, limit <= limitMax else {
            throw Refusal(
                .invalidValue, "A credit limit is $0 to $\(limitMax); $\(limit) came.",
                field: "credit-limit")
        }
        guard wallet.posted - wallet.held + limit >= .zero else {
            throw Refusal(
                .invalidValue,
                "A limit of $\(limit) is below what is owed: $\(wallet.held - wallet.posted).",
                field: "credit-limit")
        }
        try transaction.send(
            """
            update wallet set credit_limit = \(limit)
            where account_id = \(name.account) and mode = \(name.mode.rawValue)
            """)
        return wallet.creditLimit
    }
}

extension Wallet {
    /// Changes below which balance the account wants to be told; answers the line before.
    public static func setAlert(
        below line: Credits?, of name: Name, in transaction: borrowing Transaction
    ) throws -> Credits? {
        guard let wallet = try lock([name], in: transaction).rows().first else {
            throw Refusal(.notFound, "There is no account \(name.account).", field: "account")
        }
        if let line, line.nanodollars.magnitude > limitMax.nanodollars.magnitude {
            throw Refusal(
                .invalidValue, "An alert is at most $\(limitMax) from zero; $\(line) came.",
                field: "alert-below")
        }
        try transaction.send(
            """
            update wallet set alert_below = \(line)
            where account_id = \(name.account) and mode = \(name.mode.rawValue)
            """)
        return wallet.alertBelow
    }
}

import Ledger
public import Postgres
public import Units

/// Drafts of a month, written from its daily totals as often as somebody likes.
public enum Drafts {
    /// Accounts whose drafts are written in one transaction.
    public static let batchMax = 500

    /// What a batch came to.
    public struct Batch: Sendable {
        /// Accounts that were looked at.
        public let accounts: Int
        /// Drafts that were written.
        public let drafted: Int
        /// Those of whom there can be none.
        public let refused: [Finalization.Refused]
        /// The last of the accounts: where the next batch begins. Nil when there are no more.
        public let last: ID<Account>?
    }

    /// Writes the drafts of the next accounts after the one named, or of one account alone.
    ///
    /// Harmless to repeat: a draft is written anew under the same id, and what is final is left as it
    /// is. Refuses a month that is not over, unless it is only to be looked at.
    public static func write(
        _ month: CivilDate, account: ID<Account>?, after: ID<Account>?, previewing: Bool,
        at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> Batch {
        if !previewing { try check(isOver: month, at: now) }
        let accounts = try transaction.rows(
            """
            select id from account
            where (\(account)::uuid is null or id = \(account))
                and (\(after)::uuid is null or id > \(after))
            order by id limit \(batchMax)
            """
        ) { try $0.next(ID<Account>.self) }
        if let account, accounts.isEmpty, after == nil {
            throw Refusal(.notFound, "There is no account \(account).", field: "account")
        }
        let (drafted, refused) = try write(month, of: accounts, at: now, in: transaction)
        return Batch(
            accounts: accounts.count, drafted: drafted.count, refused: refused,
            last: accounts.count == batchMax ? accounts.last : nil)
    }

    /// How many accounts there are to look at.
    public static func accounts(in transaction: borrowing Transaction) throws -> Int64 {
        try transaction.first("select count(*) from account") { try $0.next() } ?? 0
    }

    /// Refuses a month that is not over.
    static func check(isOver month: CivilDate, at now: Timestamp) throws(Refusal) {
        guard now >= month.startOfMonth(plus: 1).midnight else {
            throw Refusal(
                .conflict,
                "\(month.monthText) is not over: it ends at midnight UTC after "
                    + "\(CivilDate(daysSince1970: month.startOfMonth(plus: 1).daysSince1970 - 1)).",
                field: "month")
        }
    }

    /// Writes the drafts of these accounts; answers those that have one now, and those that can have
    /// none because postings are missing: they are nobody else's trouble.
    ///
    /// Their totals are complete afterwards and stay as they are until the end of the transaction.
    static func write(
        _ month: CivilDate, of accounts: [ID<Account>], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> (
        written: [(account: ID<Account>, invoice: ID<Invoice>)], refused: [Finalization.Refused]
    ) {
        let lost = try rollUp(accounts, in: transaction)
        let refused = try refusals(lost, in: transaction)
        let accounts = accounts.filter { lost[$0] == nil }
        guard !accounts.isEmpty else { return ([], refused) }
        // What an earlier month is owed is no part of this one's: its draft says what that is.
        for (earlier, accounts) in try unbilled(before: month, of: accounts, in: transaction) {
            _ = try write(earlier, rolledUp: accounts, at: now, in: transaction)
        }
        return (try write(month, rolledUp: accounts, at: now, in: transaction), refused)
    }

    /// Writes the drafts of accounts whose totals are complete.
    private static func write(
        _ month: CivilDate, rolledUp accounts: [ID<Account>], at now: Timestamp,
        in transaction: borrowing Transaction
    ) throws -> [(account: ID<Account>, invoice: ID<Invoice>)] {
        let written = try transaction.rows(
            heads(month.startOfMonth, of: accounts, at: now)
        ) { row in
            (account: try row.next(ID<Account>.self), invoice: try row.next(ID<Invoice>.self))
        }
        let owners = written.map(\.account)
        let ids = written.map(\.invoice)
        try transaction.send(
            """
            delete from invoice_line
            where account_id = any(\(owners)) and invoice_id = any(\(ids))
            """)
        try transaction.send(lines(month.startOfMonth, of: owners, ids))
        return written
    }

    /// Earlier months with usage that no final invoice has, oldest first, each with its accounts.
    private static func unbilled(
        before month: CivilDate, of accounts: [ID<Account>], in transaction: borrowing Transaction
    ) throws -> [(month: CivilDate, accounts: [ID<Account>])] {
        try transaction.rows(
            """
            select u.billed_month, array_agg(distinct u.account_id) from usage_day u
            where u.account_id = any(\(accounts)) and u.mode = 'live'
                and u.billed_month < \(month.startOfMonth) and u.amount <> 0
                and not exists (
                    select from invoice i
                    where i.account_id = u.account_id and i.month = u.billed_month
                        and i.kind <> 'credit_note' and i.state in ('finalized', 'paid'))
            group by u.billed_month order by u.billed_month
            """
        ) { row in (month: try row.next(CivilDate.self), accounts: try row.next([ID<Account>].self))
        }
    }

    /// Completes the totals of these accounts; answers those of which postings are missing.
    private static func rollUp(
        _ accounts: [ID<Account>], in transaction: borrowing Transaction
    ) throws -> [ID<Account>: MissingPostings] {
        var wallets = Set(accounts.map { Wallet.Name(account: $0, mode: .live) })
        var lost: [ID<Account>: MissingPostings] = [:]
        while !wallets.isEmpty {
            do {
                try DailyTotals.rollUp(wallets, in: transaction)
                break
            } catch let missing as MissingPostings {
                // Its totals are as they were, and the others' are complete or follow.
                lost[missing.wallet.account] = missing
                guard wallets.remove(missing.wallet) != nil else { throw missing }
            }
        }
        return lost
    }

    private static func refusals(
        _ lost: [ID<Account>: MissingPostings], in transaction: borrowing Transaction
    ) throws -> [Finalization.Refused] {
        guard !lost.isEmpty else { return [] }
        let accounts = lost.keys.sorted()
        return try transaction.rows(
            "select id, name from account where id = any(\(accounts)) order by id"
        ) { row in
            let account: ID<Account> = try row.next()
            return Finalization.Refused(
                account: account, name: try row.next(),
                reasons: [lost[account]?.description ?? "postings are missing"])
        }
    }
}

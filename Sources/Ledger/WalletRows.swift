public import Postgres
public import Units

/// The rows behind `Wallet` and `Posting`. Nothing else touches their tables.
extension Wallet {
    /// Opens an account's empty wallet.
    public static func open(
        _ name: Name, creditLimit: Credits, in transaction: borrowing Transaction
    ) throws {
        try transaction.execute(
            """
            insert into wallet (account_id, mode, credit_limit)
            values (\(name.account), \(name.mode.rawValue), \(creditLimit))
            """)
    }

    /// These names as rows of (account_id, mode), for `lock`.
    public static func rows(of names: Set<Name>) -> SQL {
        "select * from unnest(\(names.map(\.account)), \(names.map(\.mode.rawValue)))"
    }

    /// A page of the wallets that `statement` answers as (account_id, mode), in the order of names.
    public static func page(
        _ statement: SQL, after last: Name?, limit: Int, in transaction: borrowing Transaction
    ) throws -> [Name] {
        try transaction.rows(
            "select account_id, mode from (" + statement + """
                ) w where \(last == nil)
                    or (account_id, mode) > (\(last?.account), \(last?.mode.rawValue))
                order by account_id, mode limit \(limit)
                """, Name.read)
    }

    /// Loads the wallets of `names` and keeps everyone else from changing them until the end of
    /// the transaction. Queued: the rows come with the next round trip.
    public static func lock(
        _ names: Set<Name>, in transaction: borrowing Transaction
    ) throws -> Pending<Wallet> {
        try lock(rows(of: names), in: transaction)
    }

    /// The same for the wallets that the statement `names` answers as (account_id, mode).
    ///
    /// They are locked in name order, as everywhere, so that two batches cannot wait for each
    /// other. The lateral join keeps the plan to one index look-up a wallet.
    public static func lock(
        _ names: SQL, in transaction: borrowing Transaction
    ) throws -> Pending<Wallet> {
        try transaction.send(
            "select w.account_id, w.mode, w.posted, w.held, w.credit_limit, w.postings, w.chain, w.alert_below, w.next_expiry, w.lapsing from ("
                + names
                    + """
                    order by 1, 2) as t (account_id, mode),
                    lateral (
                        select * from wallet
                        where account_id = t.account_id and mode = t.mode
                        for no key update
                    ) w
                    """, Self.read)
    }

    /// Reads the columns that `lock` selects.
    public static func read(_ row: inout RowReader) throws -> Wallet {
        Wallet(
            name: try .read(&row),
            posted: try row.next(), held: try row.next(), creditLimit: try row.next(),
            chain: Chain(number: try row.next(), hash: try row.next()), alertBelow: try row.next(),
            nextExpiry: try row.next(), lapsing: try row.next())
    }

    /// Adds to what is held; a negative change gives back. Queued.
    public static func changeHolds(
        _ changes: [Name: Credits], in transaction: borrowing Transaction
    ) throws {
        let changes = changes.filter { $0.value != .zero }.sorted { $0.key < $1.key }
        guard !changes.isEmpty else { return }
        try transaction.send(
            """
            update wallet w set held = w.held + t.change
            from unnest(\(changes.map(\.key.account)), \(changes.map(\.key.mode.rawValue)),
                \(changes.map(\.value))) as t (account_id, mode, change)
            where w.account_id = t.account_id and w.mode = t.mode
            """)
    }

    /// Reads one wallet without locking it.
    public static func find(
        _ name: Name, in transaction: borrowing Transaction
    ) throws -> Wallet? {
        try transaction.first(
            """
            select account_id, mode, posted, held, credit_limit, postings, chain, alert_below,
                next_expiry, lapsing
            from wallet
            where account_id = \(name.account) and mode = \(name.mode.rawValue)
            """, Self.read)
    }
}

extension Wallet.Name {
    /// Reads the columns `account_id` and `mode`.
    public static func read(_ row: inout RowReader) throws -> Wallet.Name {
        let account: ID<Account> = try row.next()
        let mode: String = try row.next()
        return Wallet.Name(account: account, mode: Mode(rawValue: mode) ?? .live)
    }
}

extension Posting {
    /// Writes postings; the database moves their wallets by them (`posting_moves_wallet`). Queued.
    public static func insert(
        _ postings: [Posting], in transaction: borrowing Transaction
    ) throws {
        guard !postings.isEmpty else { return }
        try transaction.send(
            """
            insert into posting (account_id, id, mode, number, debit, credit, amount, ended_hold,
                generation_id, reason, at, hash)
            select * from unnest(
                \(postings.map(\.wallet.account)), \(postings.map(\.id)),
                \(postings.map(\.wallet.mode.rawValue)), \(postings.map(\.link.number)),
                \(postings.map(\.debit.rawValue)), \(postings.map(\.credit.rawValue)),
                \(postings.map(\.amount)), \(postings.map(\.endedHold)),
                \(postings.map(\.generation)), \(postings.map(\.reason)),
                \(postings.map(\.at)), \(postings.map(\.link.hash)))
            """)
    }
}

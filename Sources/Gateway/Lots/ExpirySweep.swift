import Ledger
public import Log
public import Postgres
public import Units

/// Looks after the wallets that nobody uses, and keeps the books of the others short.
extension Expiry {
    /// How often a server looks. The look costs nothing where nothing expires: two small indexes hold
    /// only wallets that have lots which do.
    static let period: Duration = .seconds(60)
    /// Wallets of one transaction.
    static let walletsMax = 100
    /// Postings after which a book is closed anew, so that little is left to add up in the moment of
    /// an expiry, when the wallet is locked.
    package static let postingsMax: Int64 = 5000

    /// Looks every minute until cancelled.
    public static func run(on database: Database, clock: Clock, log: Log) async {
        while !Task.isCancelled {
            do {
                let found = try await sweep(on: database, at: clock.now)
                if found > 0 { log(.info, "credits expired", ["postings": found]) }
            } catch {
                log(.warning, "expired credits not looked after", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: period)
        }
    }

    /// Takes out what has expired by `now`, whoever's it is; answers how many postings that made.
    ///
    /// A wallet that cannot be worked out stops no other; its error is thrown at the end.
    @discardableResult
    package static func sweep(
        on database: Database, at now: Timestamp, closingAfter postings: Int64 = postingsMax
    ) async throws -> Int {
        var found = 0
        var failure: (any Error)?
        let due: SQL = """
            select account_id, mode from wallet where next_expiry <= \(now)
            union select account_id, mode from wallet where lapsing is not null
            """
        try await each(due, on: database) { names in
            do {
                found += try await database.transaction {
                    try carryOut(of: Set(names), at: now, in: $0)
                }
            } catch {
                for name in names {
                    do {
                        found += try await database.transaction {
                            try carryOut(of: [name], at: now, in: $0)
                        }
                    } catch { failure = error }
                }
            }
        }
        let behind: SQL = """
            select account_id, mode from wallet
            where next_expiry > \(now) and postings - lots_to > \(postings)
            """
        try await each(behind, on: database) { names in
            for name in names {
                do { try await catchUp(name, on: database, at: now) } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return found
    }

    /// Closes the books that still have to be told of postings of `month`, so that those can go: a
    /// wallet at a time, so that nobody waits long. What cannot be closed is left to who drops them.
    public static func closeBooks(
        before month: CivilDate, on database: Database, at now: Timestamp
    ) async throws {
        var last: Wallet.Name?
        repeat {
            let names = try await database.read { [last] transaction in
                try Wallet.page(
                    Retention.openBooks(month), after: last, limit: walletsMax, in: transaction)
            }
            for name in names {
                do {
                    _ = try await database.transaction {
                        try carryOut(of: [name], at: now, in: $0)
                    }
                    try await catchUp(name, on: database, at: now)
                } catch is LotBook.Gap {
                    // The drop refuses this wallet's month, and `verify` tells of the gap.
                    continue
                }
            }
            last = names.count == walletsMax ? names.last : nil
        } while last != nil
    }

    /// Hands the wallets that `statement` answers to `body`, page by page.
    private static func each(
        _ statement: SQL, on database: Database, _ body: ([Wallet.Name]) async throws -> Void
    ) async throws {
        var last: Wallet.Name?
        repeat {
            let names = try await database.transaction { [last] transaction in
                // What two servers did at once would do no harm, but be done twice.
                guard try isAlone(in: transaction) else { return [Wallet.Name]() }
                return try Wallet.page(
                    statement, after: last, limit: walletsMax, in: transaction)
            }
            if !names.isEmpty { try await body(names) }
            last = names.count == walletsMax ? names.last : nil
        } while last != nil
    }

    /// Whether no other server looks at this moment.
    private static func isAlone(in transaction: borrowing Transaction) throws -> Bool {
        try transaction.first("select pg_try_advisory_xact_lock(hashtext('expiry'))") {
            try $0.next()
        } ?? false
    }

    /// Closes a book anew. Its postings are added up before the wallet is locked: there may be years
    /// of them when a first lot that expires has just been given.
    private static func catchUp(
        _ name: Wallet.Name, on database: Database, at now: Timestamp
    ) async throws {
        let book = try await database.read {
            try LotBook.open([name], at: now, asking: generations, in: $0)[0]
        }
        try await database.transaction { transaction in
            let locked = try transaction.execute(
                """
                select from wallet where account_id = \(name.account) and mode = \(name.mode.rawValue)
                    and lots_to = \(book.stretch.after) and lapsing is null
                    and (next_expiry is null or next_expiry > \(now))
                for no key update
                """)
            // Otherwise it was closed in the meantime, or something has expired: there is nothing to do.
            guard locked == 1 else { return }
            try LotBook.close([(book, book.stretch.through)], at: now, in: transaction)
        }
    }
}

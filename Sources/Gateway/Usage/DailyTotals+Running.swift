public import Log
public import Postgres
public import Units
import Ledger

extension DailyTotals {
    /// How often servers add what was charged. Whoever needs totals sooner adds them itself.
    static let period: Duration = .seconds(3600)
    /// Postings added in one transaction, and wallets: what a crash costs, and what waits for it.
    static let batchPostings: Int64 = 200_000
    static let batchWallets = 1000
    /// Wallets looked for at once.
    private static let pageMax = 10_000

    /// Adds what has been charged to all wallets, or to those of one account; answers how many
    /// postings that were. `progress` is told after each transaction.
    ///
    /// For all wallets one at a time: while another is at it, this one does nothing more and answers
    /// what it did. A wallet whose postings are missing is left as it is, and told of once the
    /// others are done.
    @discardableResult
    public static func rollUp(
        _ account: ID<Account>? = nil, on database: Database,
        progress: @escaping @Sendable (_ postings: Int64) -> Void = { _ in }
    ) async throws -> Int64 {
        var added: Int64 = 0
        var after: Wallet.Name?
        var missing: MissingPostings?
        while true {
            let page = try await due(of: account, after: after, on: database)
            let batches = batches(of: page)
            try await withThrowingTaskGroup(of: Lane.self) { group in
                for number in 0..<lanes where number < batches.count {
                    let share = stride(from: number, to: batches.count, by: lanes)
                    let mine = share.map { batches[$0] }
                    group.addTask {
                        // One account is somebody waiting: its own counter is lock enough.
                        try await Lane(number: account == nil ? number : nil).run(
                            mine, on: database, progress)
                    }
                }
                for try await lane in group {
                    added += lane.added
                    missing = missing ?? lane.missing
                }
            }
            guard page.count == pageMax, let last = page.last else { break }
            after = last.wallet
        }
        if let missing { throw missing }
        return added
    }

    /// Transactions at once, where there are as many connections.
    private static let lanes = 2

    private typealias Batch = [(wallet: Wallet.Name, postings: Int64)]

    private struct Lane: Sendable {
        /// Of the lock that only one may have; nil for none.
        let number: Int?
        var added: Int64 = 0
        var missing: MissingPostings?

        init(number: Int?) { self.number = number }

        func run(
            _ batches: [Batch], on database: Database, _ progress: @Sendable (Int64) -> Void
        ) async throws -> Lane {
            var lane = self
            for batch in batches {
                do {
                    guard try await add(Set(batch.map(\.wallet)), on: database) else { return lane }
                    let postings = batch.reduce(0) { $0 + $1.postings }
                    lane.added += postings
                    progress(postings)
                } catch let failure as MissingPostings {
                    lane.missing = failure
                    // The others of the batch, each alone.
                    for member in batch where batch.count > 1 {
                        do {
                            guard try await add([member.wallet], on: database) else { return lane }
                            lane.added += member.postings
                        } catch is MissingPostings {
                            continue
                        }
                    }
                }
            }
            return lane
        }

        /// Whether it was this one's turn.
        private func add(_ wallets: Set<Wallet.Name>, on database: Database) async throws -> Bool {
            try await database.transaction { [number] transaction in
                if let number {
                    let isFree = try transaction.first(
                        "select pg_try_advisory_xact_lock(hashtext('usage_roll_up') + \(Int32(number)))"
                    ) { try $0.next(Bool.self) }
                    guard isFree == true else { return false }
                }
                try rollUp(wallets, in: transaction)
                return true
            }
        }
    }

    /// Wallets with postings that are not in the totals, and how many.
    private static func due(
        of account: ID<Account>?, after: Wallet.Name?, on database: Database
    ) async throws -> Batch {
        try await database.read { transaction in
            try transaction.rows(
                """
                select w.account_id, w.mode, w.postings - coalesce(u.number, 0)
                from wallet w left join usage_rolled u using (account_id, mode)
                where w.postings > coalesce(u.number, 0)
                    and (\(account)::uuid is null or w.account_id = \(account))
                    and (\(after?.account)::uuid is null
                        or (w.account_id, w.mode) > (\(after?.account), \(after?.mode.rawValue)))
                order by w.account_id, w.mode limit \(pageMax)
                """
            ) { row in
                let name = Wallet.Name(
                    account: try row.next(), mode: Mode(rawValue: try row.next()) ?? .live)
                let postings: Int64 = try row.next()
                return (name, postings)
            }
        }
    }

    private static func batches(of page: Batch) -> [Batch] {
        var batches: [Batch] = []
        var size: Int64 = 0
        for member in page {
            if batches.isEmpty || size + member.postings > batchPostings
                || batches[batches.count - 1].count == batchWallets
            {
                batches.append([])
                size = 0
            }
            batches[batches.count - 1].append(member)
            size += member.postings
        }
        return batches
    }

    /// Adds them every hour until cancelled.
    public static func run(on database: Database, log: Log) async {
        while !Task.isCancelled {
            do {
                let postings = try await rollUp(on: database)
                if postings > 0 { log(.info, "daily totals added", ["postings": postings]) }
            } catch {
                log(.error, "daily totals not added", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: period)
        }
    }
}

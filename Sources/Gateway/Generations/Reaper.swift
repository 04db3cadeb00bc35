import Threads
import Jobs
import Ledger
import Log
import Postgres
import Units

/// Takes care of what nobody runs any more, so that no hold outlives its deadline whatever crashed.
///
/// Three ways to be abandoned: the server's lease has run out; the deadline has passed; or this
/// very server has the row but no memory of it, because the answer to its admission was lost. What
/// somebody can still ask for goes back into the queue, and what nobody could is released.
extension Engine {
    /// How often it looks.
    static let reapingPeriod: Duration = .seconds(3)
    /// Taken in one look; the rest is found in the next.
    static let reapedMax = 1000
    /// An own generation younger than this may still be on its way back from `admit`, and one this
    /// little past its deadline is being ended by its own server.
    static let ownGrace: Duration = .seconds(10)

    /// Looks until cancelled.
    public func reap() async {
        while !Task.isCancelled {
            do {
                let found = try await reapOnce()
                if found > 0 {
                    log(.warning, "abandoned generations taken care of", ["count": found])
                }
                try await sweep()
            } catch {
                log(.warning, "reaper could not look", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.reapingPeriod)
        }
    }

    /// Rounds of sweeping in one look.
    static let sweepsMax = 20

    /// Forgets idempotency keys that have had their day.
    private func sweep() async throws {
        let now = clock.now
        for _ in 0..<Self.sweepsMax {
            let swept = try await database.transaction {
                try RememberedKey.sweep(at: now, in: $0)
            }
            guard swept == RememberedKey.sweptMax else { return }
        }
    }

    /// Requeues or ends what is abandoned now; answers how many.
    @discardableResult
    public func reapOnce() async throws -> Int {
        let now = clock.now
        // Remembered before the rows are read: what is admitted in between is younger than the grace.
        let mine = runs.ids
        let strays = try await strays(at: now, besides: mine.count)
            .filter { !mine.contains($0.name.id) }
        let abandoned = try await orphans(at: now) + strays
        let resumed = abandoned.filter { $0.goesOn(at: now) }
        let requeued = try await database.transaction { transaction in
            try Generation.requeue(
                resumed.compactMap { row in row.server.map { (row.name, $0, row.run) } },
                readyAt: now,
                forgiving: false, in: transaction)
        }
        if requeued > 0 { listeners.withLock { $0.queued }?() }
        var ended = 0
        await withTaskGroup(of: Bool.self) { group in
            for row in abandoned where !row.goesOn(at: now) {
                group.addTask { await self.release(row, at: now) }
            }
            for await released in group where released { ended += 1 }
        }
        return requeued + ended
    }

    private struct Abandoned: Sendable {
        let wallet: Wallet.Name
        let name: JobName
        let server: ID<Server>?
        let run: Int32
        let createdAt: Timestamp
        /// Durable, and not stopping server after server.
        let mayGoOn: Bool
        /// Whether a server that lives runs it, and for too long.
        let isOverdue: Bool

        /// Whether another server carries it on: somebody waits for it, and there is time left.
        func goesOn(at now: Timestamp) -> Bool {
            mayGoOn && !isOverdue && server != nil && createdAt + Queue.waitMax > now
        }

        static func columns(at now: Timestamp) -> SQL {
            """
            account_id, mode, id, server_id, run, created_at,
                durable and claims < \(Int32(Queue.claimsMax)),
                coalesce(deadline < \(now - ownGrace) and server_id in (\(Lease.living(at: now))), false)
            """
        }

        static func read(_ row: inout RowReader) throws -> Abandoned {
            let account: ID<Account> = try row.next()
            let mode: String = try row.next()
            return Abandoned(
                wallet: .init(account: account, mode: Mode(rawValue: mode) ?? .live),
                name: JobName(account: account, id: try row.next()), server: try row.next(),
                run: try row.next(), createdAt: try row.next(), mayGoOn: try row.next(),
                isOverdue: try row.next())
        }
    }

    /// What belongs to a dead server, and what should long have ended, whoever runs it.
    private func orphans(at now: Timestamp) async throws -> [Abandoned] {
        let server = lease.server
        // Just after an outage every lease looks dead; only the deadline counts until others have
        // had their chance to renew.
        let othersMayBeDead = lease.isSteady
        return try await database.transaction { transaction in
            try Lease.sweep(at: now, in: transaction)
            return try transaction.rows(
                "(select " + Abandoned.columns(at: now) + """
                     from generation
                    where ended_at is null and server_id is not null
                        and (deadline < \(now - Self.ownGrace)
                            or (\(othersMayBeDead) and server_id <> \(server)
                                and server_id not in (\(Lease.living(at: now)))))
                    limit \(Self.reapedMax))
                    union all
                    (select
                    """ + " " + Abandoned.columns(at: now) + """
                         from generation
                        where ended_at is null and server_id is null
                            and deadline < \(now - Self.ownGrace)
                        limit \(Self.reapedMax))
                        """, Abandoned.read)
        }
    }

    /// What this server has by its rows; more of them than it remembers, if there are more.
    private func strays(at now: Timestamp, besides count: Int) async throws -> [Abandoned] {
        let server = lease.server
        return try await database.read { transaction in
            try transaction.rows(
                "select " + Abandoned.columns(at: now) + """
                     from generation
                    where ended_at is null and server_id = \(server)
                        and coalesce(ready_at, created_at) < \(now - Self.ownGrace)
                    limit \(count + Self.reapedMax)
                    """, Abandoned.read)
        }
    }

    private func release(_ row: Abandoned, at now: Timestamp) async -> Bool {
        let refusal =
            row.server == nil
            ? Refusal(
                .deadlinePassed, "The job was not begun in time. Nothing was charged.")
            : Self.interrupted
        let latency = Latency(
            queue: .zero, provider: .zero, store: .zero, total: now - row.createdAt)
        do {
            _ = try await settle(
                Settlement(
                    wallet: row.wallet, generation: row.name.id, server: row.server,
                    run: row.run,
                    outcome: .failed(refusal), latency: latency, posting: ID(at: now), at: now))
            ends.ended(row.name)
            return true
        } catch is Refusal, is DatabaseFailure {
            // It ended in the meantime, or the database is away: the next look tells.
            return false
        } catch {
            log(
                .error, "abandoned generation cannot be released",
                ["generation": row.name.id, "error": "\(error)"])
            return false
        }
    }
}

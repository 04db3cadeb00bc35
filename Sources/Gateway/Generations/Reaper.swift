import Threads
import Jobs
import Ledger
import Log
import Postgres
import Units

/// Ends what nobody runs any more, so that no hold outlives its deadline whatever crashed.
///
/// Three ways to be abandoned: the server's lease has run out; the deadline has passed; or this
/// very server has the row but no memory of it, because the answer to its admission was lost.
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
                let ended = try await reapOnce()
                if ended > 0 {
                    log(.warning, "abandoned generations released", ["count": ended])
                }
            } catch {
                log(.warning, "reaper could not look", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.reapingPeriod)
        }
    }

    /// Ends what is abandoned now; answers how many.
    public func reapOnce() async throws -> Int {
        let now = clock.now
        // Remembered before the rows are read: what is admitted in between is younger than the grace.
        let mine = running.withLock { $0 }
        let strays = try await strays(at: now, besides: mine.count)
            .filter { !mine.contains($0.generation) }
        let abandoned = try await orphans(at: now) + strays
        var ended = 0
        await withTaskGroup(of: Bool.self) { group in
            for row in abandoned {
                group.addTask { await self.release(row, at: now) }
            }
            for await released in group where released { ended += 1 }
        }
        return ended
    }

    private struct Abandoned: Sendable {
        let wallet: Wallet.Name
        let generation: ID<Generation>
        let createdAt: Timestamp

        static let columns: SQL = "account_id, mode, id, created_at"

        static func read(_ row: inout RowReader) throws -> Abandoned {
            let account: ID<Account> = try row.next()
            let mode: String = try row.next()
            return Abandoned(
                wallet: .init(account: account, mode: Mode(rawValue: mode) ?? .live),
                generation: try row.next(), createdAt: try row.next())
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
                "select " + Abandoned.columns + """
                     from generation
                    where ended_at is null and server_id is not null
                        and (deadline < \(now - Self.ownGrace)
                            or (\(othersMayBeDead) and server_id <> \(server)
                                and server_id not in (\(Lease.living(at: now)))))
                    limit \(Self.reapedMax)
                    """, Abandoned.read)
        }
    }

    /// What this server has by its rows; more of them than it remembers, if there are more.
    private func strays(at now: Timestamp, besides count: Int) async throws -> [Abandoned] {
        let server = lease.server
        return try await database.read { transaction in
            try transaction.rows(
                "select " + Abandoned.columns + """
                     from generation
                    where ended_at is null and server_id = \(server)
                        and created_at < \(now - Self.ownGrace)
                    limit \(count + Self.reapedMax)
                    """, Abandoned.read)
        }
    }

    private func release(_ row: Abandoned, at now: Timestamp) async -> Bool {
        let refusal = Refusal(
            .interrupted, "The generation was interrupted. Nothing was charged.")
        let latency = Latency(
            queue: .zero, provider: .zero, store: .zero, total: now - row.createdAt)
        do {
            _ = try await settle(
                Settlement(
                    wallet: row.wallet, generation: row.generation, server: nil,
                    outcome: .failed(refusal), latency: latency, posting: ID(at: now), at: now))
            return true
        } catch is Refusal, is DatabaseFailure {
            // It ended in the meantime, or the database is away: the next look tells.
            return false
        } catch {
            log(
                .error, "abandoned generation cannot be released",
                ["generation": row.generation, "error": "\(error)"])
            return false
        }
    }
}

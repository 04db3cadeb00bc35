import Log
import Postgres
import Threads
public import Units

/// Which job: a generation by its account and id, as its row is found.
public struct JobName: Hashable, Sendable {
    public let account: ID<Account>
    public let id: ID<Generation>

    public init(account: ID<Account>, id: ID<Generation>) {
        self.account = account
        self.id = id
    }
}

/// Wakes those who wait for a job to end, wherever it runs.
final class Ends: Sendable {
    private struct State {
        var next = 0
        var waiting: [JobName: [Int: AsyncStream<Void>.Continuation]] = [:]
    }

    private let state = Lock(State())

    /// How often the database is asked about those that others run.
    static let period: Duration = .milliseconds(200)
    /// Asked about in one statement.
    static let askedMax = 2000

    /// Jobs that somebody waits for.
    var watched: [JobName] { state.withLock { Array($0.waiting.keys) } }

    /// Waits until `job` has ended: true; or for `limit`, or until cancelled: false.
    ///
    /// `isOver` is asked once no end can be missed any more: it may be over already.
    func wait(
        for job: JobName, atMost limit: Duration, unless isOver: () async throws -> Bool
    ) async rethrows -> Bool {
        let (ends, end) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let place = state.withLock { state in
            state.next += 1
            state.waiting[job, default: [:]][state.next] = end
            return state.next
        }
        defer { leave(job, place) }
        if try await isOver() { return true }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await ends.first { true } != nil }
            group.addTask {
                // A cancelled sleep ends the waiting, which is what is wanted.
                try? await Task.sleep(for: limit)
                return false
            }
            let ended = await group.next() ?? false
            group.cancelAll()
            return ended
        }
    }

    private func leave(_ job: JobName, _ place: Int) {
        state.withLock { state in
            state.waiting[job]?[place] = nil
            if state.waiting[job]?.isEmpty == true { state.waiting[job] = nil }
        }
    }

    /// Wakes all who wait for `job`.
    func ended(_ job: JobName) {
        let waiting = state.withLock { $0.waiting[job] ?? [:] }
        for end in waiting.values { end.yield() }
    }
}

extension AsyncStream {
    fileprivate func first(_ isSought: () -> Bool) async -> Element? {
        for await element in self where isSought() { return element }
        return nil
    }
}

extension Engine {
    /// Looks until cancelled for ends of jobs that somebody here waits for and another server
    /// runs. One statement for all of them; none while nobody waits.
    public func watchEnds() async {
        while !Task.isCancelled {
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Ends.period)
            let watched = ends.watched.filter { !runs.ids.contains($0.id) }
            guard !watched.isEmpty else { continue }
            do {
                for job in try await ended(of: watched) { ends.ended(job) }
            } catch {
                // Whoever waits is only told later: at the end of its patience it looks itself.
                log(.debug, "ends of jobs not looked for", ["error": "\(error)"])
            }
        }
    }

    private func ended(of jobs: [JobName]) async throws -> [JobName] {
        let asked = jobs.prefix(Ends.askedMax)
        return try await database.read { transaction in
            try PlanPins.set(in: transaction)
            return try transaction.rows(
                """
                select g.account_id, g.id
                from unnest(\(asked.map(\.account)), \(asked.map(\.id))) as t (account_id, id),
                lateral (
                    select account_id, id from generation
                    where account_id = t.account_id and id = t.id and ended_at is not null
                ) g
                """
            ) { JobName(account: try $0.next(), id: try $0.next()) }
        }
    }
}

public import Postgres
import Threads
public import Units

/// Which models customers use most, counted over the last seven days.
///
/// Anybody may ask, and counting reads a week of generations: the count is made once in a while,
/// and one caller's counting does not keep the next from the count before.
public final class PopularModels: Sendable {
    /// How often a model was used.
    public struct Line: Hashable, Sendable {
        public let model: String
        public let requests: Int64
    }

    /// How long a count is shown.
    static let period: Duration = .seconds(300)
    /// What is counted.
    private static let week: Duration = .seconds(7 * 86_400)
    /// How many models are shown.
    private static let size = 10

    private struct Count {
        let startedAt: Timestamp
        let lines: [Line]
    }

    private let database: Database
    private let kept = Lock<Count?>(nil)

    public init(database: Database) {
        self.database = database
    }

    /// The most used models, the first one first.
    public func ranking(at now: Timestamp) async throws -> [Line] {
        let fresh = kept.withLock { kept -> [Line]? in
            if let count = kept, now - count.startedAt < Self.period { return count.lines }
            // Whoever comes next sees the old count, or none, while this caller makes a new one.
            kept = Count(startedAt: now, lines: kept?.lines ?? [])
            return nil
        }
        if let fresh { return fresh }
        let lines = try await count(until: now)
        kept.withLock { $0 = Count(startedAt: now, lines: lines) }
        return lines
    }

    private func count(until now: Timestamp) async throws -> [Line] {
        let first = ID<Generation>.earliest(at: now - Self.week)
        return try await database.read { transaction in
            try transaction.rows(
                """
                select model, count(*) as requests from generation
                where id >= \(first) and mode = 'live' and state = 'completed'
                group by model order by requests desc, model limit \(Self.size)
                """
            ) { Line(model: try $0.next(), requests: try $0.next()) }
        }
    }
}

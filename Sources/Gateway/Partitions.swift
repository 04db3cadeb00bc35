public import Log
public import Postgres
public import Units

/// Makes the monthly partitions of what grows, ahead of time.
public enum Partitions {
    /// Months made ahead: a server that cannot make any has this long until somebody must look.
    static let monthsAhead: Int64 = 3
    static let period: Duration = .seconds(3600)

    /// Makes those of this month, the one before (for clocks that differ at midnight) and the next
    /// ones, where they are missing.
    public static func make(at now: Timestamp, in transaction: borrowing Transaction) throws {
        for month in -1...monthsAhead {
            let first = CivilDate(now).startOfMonth(plus: month)
            try transaction.execute("select make_partitions(\(first))")
        }
    }

    /// Makes them every hour until cancelled.
    public static func run(on database: Database, clock: Clock, log: Log) async {
        while !Task.isCancelled {
            do {
                let now = clock.now
                try await database.transaction { try make(at: now, in: $0) }
            } catch {
                log(.error, "partitions not made", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: period)
        }
    }
}

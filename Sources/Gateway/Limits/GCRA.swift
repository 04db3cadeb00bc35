public import Units

/// So many a minute, and so many at once: the generic cell rate algorithm, in whole nanoseconds.
///
/// Everything that is remembered is one number, the theoretical arrival time: when the bucket will
/// be full again if nobody comes. It lies in the past where nothing is owed. A value decides, and
/// whoever keeps the number writes it back: in memory, or in a row of `meter`.
///
/// What costs more than the burst is let in when the bucket is full, and then owes all of it: so
/// nothing is impossible, and over time the rate holds.
public struct GCRA: Hashable, Sendable {
    /// What the limit says: these are told to callers.
    public let perMinute: Int64
    public let burst: Int64
    /// Nanoseconds that one costs, rounded up: the rate is never exceeded, and falls short by less
    /// than one in 60,000 at a million a minute.
    private let interval: Int64
    /// Nanoseconds that may be owed.
    private let capacity: Int64

    /// Rates, bursts and costs are at most this: then a debt is at most two years, and sums fit.
    public static let most: Int64 = 1_000_000

    public init(perMinute: Int64, burst: Int64) {
        precondition(
            (1...Self.most).contains(perMinute) && (1...Self.most).contains(burst),
            "a limit lets somebody in, and has an end")
        self.perMinute = perMinute
        self.burst = burst
        interval = (60_000_000_000 + perMinute - 1) / perMinute
        capacity = interval * burst
    }

    /// What becomes of one arrival.
    public enum Verdict: Hashable, Sendable {
        /// It may pass, and this is the arrival time to remember.
        case allowed(arrivalTime: Int64)
        /// Nothing changes. The same would be let in after `wait`, and not a microsecond before,
        /// if nobody else comes.
        case refused(wait: Duration)
    }

    /// Judges an arrival that counts as `cost`. What costs nothing is always let in.
    public func verdict(cost: Int64 = 1, arrivalTime: Int64, now: Timestamp) -> Verdict {
        precondition((0...Self.most).contains(cost), "a cost is 0 to \(Self.most)")
        guard cost > 0 else { return .allowed(arrivalTime: arrivalTime) }
        let price = cost * interval
        let excess = debt(arrivalTime, now) - max(0, capacity - price)
        guard excess <= 0 else { return .refused(wait: Self.wait(excess)) }
        return .allowed(arrivalTime: max(arrivalTime, now.nanoseconds) + price)
    }

    /// The arrival time after a charge of `cost`, whether or not it would have been let in.
    public func charged(_ cost: Int64 = 1, arrivalTime: Int64, now: Timestamp) -> Int64 {
        max(arrivalTime, now.nanoseconds) + cost * interval
    }

    /// How many single ones would be let in at once.
    public func remaining(arrivalTime: Int64, now: Timestamp) -> Int64 {
        max(0, capacity - debt(arrivalTime, now)) / interval
    }

    /// How long until nothing is owed.
    public func full(arrivalTime: Int64, now: Timestamp) -> Duration {
        Self.wait(debt(arrivalTime, now))
    }

    /// How long an empty bucket takes to fill.
    public var fills: Duration { .nanoseconds(capacity) }

    /// Nanoseconds that are owed.
    private func debt(_ arrivalTime: Int64, _ now: Timestamp) -> Int64 {
        max(0, arrivalTime - now.nanoseconds)
    }

    /// Rounded up to what clocks count.
    private static func wait(_ nanoseconds: Int64) -> Duration {
        .microseconds((nanoseconds + 999) / 1000)
    }
}

extension Timestamp {
    /// Nanoseconds since 1970.
    fileprivate var nanoseconds: Int64 { microseconds * 1000 }
}

import Units

/// When a delivery that failed is tried again. Published: receivers may rely on it.
public enum WebhookSchedule {
    /// How long after the first attempt each attempt is made: over a day.
    ///
    /// Source: Standard Webhooks, "Deliverability and reliability".
    public static let moments: [Duration] = [
        .zero, .seconds(5), .minutes(5), .minutes(30), .hours(2), .hours(5), .hours(10),
        .hours(14), .hours(20), .hours(24),
    ]

    /// How long after the attempt before.
    static let delays: [Duration] = [.zero] + zip(moments, moments.dropFirst()).map { $1 - $0 }

    /// Attempts made of a delivery.
    public static var attemptsMax: Int { moments.count }

    /// Added at most to a delay, in percent, so that what failed together is not repeated
    /// together.
    static let jitterPercent: Int64 = 10

    /// What a receiver may ask for with `Retry-After`.
    static let retryAfterMax: Duration = .hours(24)

    /// Statuses that ask to slow down: not again at once, whatever the schedule says.
    static let busyStatuses: Set<Int> = [429, 502, 503, 504]
    static let busyDelay: Duration = .minutes(1)

    /// How long to wait after `attempts` attempts, of which the last was answered by `reply`; nil
    /// when there is none left.
    static func delay(
        afterAttempts attempts: Int, reply: WebhookReply,
        using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        guard attempts < attemptsMax else { return nil }
        var delay = delays[max(1, attempts)]
        if case .answered(let status, let retryAfter) = reply {
            if busyStatuses.contains(status) { delay = max(delay, busyDelay) }
            if let retryAfter { delay = max(delay, min(retryAfter, retryAfterMax)) }
        }
        let jitterMax = delay.microseconds * jitterPercent / 100
        return delay + .microseconds(Int64.random(in: 0...jitterMax, using: &generator))
    }
}

extension Duration {
    static func minutes(_ count: Int64) -> Duration { .seconds(count * 60) }
    static func hours(_ count: Int64) -> Duration { .seconds(count * 3600) }
}

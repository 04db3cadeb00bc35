internal import Units

/// How long to wait before the next attempt to connect: twice as long each time, with jitter, so
/// that a server that comes back does not meet all its clients at once.
struct Backoff {
    /// A server that restarts in good health is back in about this time.
    static let first: Duration = .milliseconds(100)
    /// Nobody waits longer than this for us to notice that it is back.
    static let longest: Duration = .seconds(5)

    private var next = first

    /// The wait before the next attempt: between half and all of 0.1 s, 0.2 s, 0.4 s … 5 s.
    mutating func wait() -> Duration {
        let full = next.microseconds
        next = min(next * 2, Self.longest)
        return .microseconds(Int64.random(in: full / 2...full))
    }
}

/// How long a peer has kept us waiting, less what its bytes have earned.
///
/// A wait that any byte renews is no limit: a byte each 29 s would hold a connection for a day. So
/// the time adds up, and each byte takes back what it may take at the slowest rate allowed.
struct Patience {
    /// Bytes a second that keep a peer going for ever.
    private static let slowest: Int64 = 500

    private var spent: Int64 = 0
    /// When the wait at hand began; nil when there is none.
    private var since: Int64?

    /// Waits from `now` on, unless it does already; answers when `most` milliseconds are used up.
    mutating func wait(from now: Int64, atMost most: Int64) -> Int64 {
        let start = since ?? now
        since = start
        return start + max(0, most - spent)
    }

    /// `count` bytes have moved: the wait is over.
    mutating func moved(_ count: Int, at now: Int64) {
        let waited = since.map { now - $0 } ?? 0
        since = nil
        spent = max(0, spent + waited - Int64(count) * 1000 / Self.slowest)
    }
}

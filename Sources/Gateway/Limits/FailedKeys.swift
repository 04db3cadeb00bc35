import Threads
import Units

/// How often addresses came lately with keys that let nobody in, in this server's memory.
///
/// A table of a fixed size, in which an address has a bucket by its hash. Nothing is ever put out
/// to make room, so many addresses cannot buy each other new guesses; they can only share a bucket
/// with somebody else, and hash values are seeded anew in each process, so nobody can choose with
/// whom. A bucket stays over its rate only while it is fed: whoever sends r guesses a second keeps
/// at most r / (rate a second) of the buckets shut, and through them a newcomer with that chance.
/// Whose key is known is never asked (`Doorkeeper`).
final class FailedKeys: Sendable {
    /// Buckets: 1 MiB. 2,000 guesses a second, spread over as many addresses, shut 1.5 % of them.
    static let buckets = 1 << 17
    /// What failures may owe at most, past the burst. Requests that are looked up at the same
    /// moment are all counted, and without this a crowd of them would shut an address for hours.
    static let debtMax: Duration = .seconds(60)

    private let rate: GCRA
    private let arrivalTimes = Lock([Int64](repeating: 0, count: FailedKeys.buckets))

    /// `perMinute` failures, and a third of that at once: a person with the wrong key in his
    /// clipboard tries a few times, and a fleet that was given it is told soon.
    init(perMinute: Int64) {
        rate = GCRA(perMinute: perMinute, burst: max(1, perMinute / 3))
    }

    /// The refusal of whoever comes from `address` with a key that is not known; nil while it is
    /// let through to be looked up.
    func refusal(from address: IPAddress, at now: Timestamp) -> Refusal? {
        let bucket = bucket(of: address)
        let arrivalTime = arrivalTimes.withLock { $0[bucket] }
        guard case .refused(let wait) = rate.verdict(arrivalTime: arrivalTime, now: now) else {
            return nil
        }
        return LimitReading(
            limit: "failed_keys", scope: .address, most: .count(rate.perMinute), left: .count(0),
            resetsIn: rate.full(arrivalTime: arrivalTime, now: now)
        ).refusal(
            "Too many requests with API keys that are not good came from this address. A key "
                + "that was in use within the last minutes is still accepted.",
            retryAfter: wait)
    }

    /// Counts a key from `address` that lets nobody in.
    func count(from address: IPAddress, at now: Timestamp) {
        let bucket = bucket(of: address)
        arrivalTimes.withLock { arrivalTimes in
            let arrivalTime = arrivalTimes[bucket]
            guard rate.full(arrivalTime: arrivalTime, now: now) < longest else { return }
            arrivalTimes[bucket] = rate.charged(arrivalTime: arrivalTime, now: now)
        }
    }

    private var longest: Duration { rate.fills + Self.debtMax }

    private func bucket(of address: IPAddress) -> Int {
        var hasher = Hasher()
        hasher.combine(address.throttlingUnit)
        return hasher.finalize() & (Self.buckets - 1)
    }
}

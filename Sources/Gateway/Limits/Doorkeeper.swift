public import Signing
public import Units

/// What is decided about a request before the database is asked, from what this server remembers.
///
/// Whoever guesses keys is told to wait, by address, and costs the database nothing; a key that was
/// found good lately is never slowed by others at its address. Nothing here lets anybody in: the
/// database has the last word on every key, each time.
///
/// It is per server, because sharing it would be a write for each guess and each read.
public final class Doorkeeper: Sendable {
    private let failed: FailedKeys
    private let known: KnownKeys
    private let clock: Clock

    /// Keys that one address may show in a minute and that are not good: unknown, revoked, expired or
    /// of a suspended account.
    public static let failedKeysPerMinute: Int64 = 60
    /// Requests of one key in a minute that make no pictures: far above what polling needs.
    public static let readsPerMinute: Int64 = 6000

    public init(
        failedKeysPerMinute: Int64 = Doorkeeper.failedKeysPerMinute,
        readsPerMinute: Int64 = Doorkeeper.readsPerMinute, clock: Clock
    ) {
        failed = FailedKeys(perMinute: failedKeysPerMinute)
        known = KnownKeys(readsPerMinute: readsPerMinute)
        self.clock = clock
    }

    /// Refuses a request from `address` when too many guesses came from there and its key, nil for
    /// a text that cannot be one, is not known. Without an address nothing is counted.
    public func admit(_ key: KeyHash?, from address: IPAddress?) throws(Refusal) {
        guard let address, let refusal = failed.refusal(from: address, at: clock.now) else {
            return
        }
        if let key, known.contains(key, at: clock.now) { return }
        throw refusal
    }

    /// The database found `key` good.
    public func found(_ key: KeyHash) { known.insert(key, at: clock.now) }

    /// `key`, nil for a text that cannot be one, was refused as `kind`.
    public func refused(_ key: KeyHash?, from address: IPAddress?, as kind: Refusal.Kind) {
        switch kind {
        case .keyInvalid, .keyRevoked, .keyExpired, .accountSuspended:
            // One that was good once is counted as a guess is: it is looked up each time, and an old
            // key that has leaked could be sent without end.
            if let address { failed.count(from: address, at: clock.now) }
            if let key { known.remove(key) }
        case .scopeMissing:
            // Good, but not for this.
            if let key { found(key) }
        default: return
        }
    }

    /// Whether this server found `key` good within the last minutes.
    public func knows(_ key: KeyHash) -> Bool { known.contains(key, at: clock.now) }

    /// Counts a request of `key` that makes no pictures, or refuses it.
    public func read(by key: KeyHash) throws(Refusal) { try known.read(key, at: clock.now) }

    /// How the reads of `key` stand; nil when it is not known.
    public func reads(of key: KeyHash) -> LimitReading? { known.reading(of: key, at: clock.now) }
}

import Signing
import Threads
import Units

/// The keys that the database found good within the last minutes, each with what it has read
/// lately, in this server's memory.
///
/// No permission is remembered: a known key is looked up like any other. It is only never slowed by
/// others' guesses, and its reads can be refused without a look-up. Only good keys come in here, so
/// nobody can fill it by guessing.
final class KnownKeys: Sendable {
    /// How long a key is known after it was last found good, at least; at most twice as long.
    static let keptFor: Duration = .seconds(300)
    /// Keys in one generation, of which there are two: some 4 MiB in all. More than that in use
    /// within `keptFor`, the least lately used are forgotten, and found good again.
    static let generationMax = 1 << 15

    private let reads: GCRA
    private let state = Lock(State())

    /// Half of a hash: hashes are made with the pepper, so nobody can make two halves meet.
    private struct Name: Hashable {
        let high: UInt64
        let low: UInt64

        init(_ hash: KeyHash) {
            high = hash.bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
            low = hash.bytes.dropFirst(8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    /// Arrival times of reads, by key: two generations, so that what nobody uses goes away at once.
    private struct State {
        var young: [Name: Int64] = [:]
        var old: [Name: Int64] = [:]
        var since = Timestamp(microseconds: 0)

        mutating func turn(at now: Timestamp) {
            let age = now - since
            guard age >= keptFor || young.count >= generationMax else { return }
            old = age >= keptFor * 2 ? [:] : young
            young = [:]
            since = now
        }
    }

    init(readsPerMinute: Int64) {
        reads = GCRA(perMinute: readsPerMinute, burst: max(1, readsPerMinute / 10))
    }

    func contains(_ hash: KeyHash, at now: Timestamp) -> Bool {
        let name = Name(hash)
        return state.withLock { state in
            state.turn(at: now)
            return state.young[name] != nil || state.old[name] != nil
        }
    }

    /// It was found good.
    func insert(_ hash: KeyHash, at now: Timestamp) {
        let name = Name(hash)
        state.withLock { state in
            state.turn(at: now)
            guard state.young[name] == nil else { return }
            state.young[name] = state.old.removeValue(forKey: name) ?? 0
        }
    }

    /// It was found not to be good.
    func remove(_ hash: KeyHash) {
        let name = Name(hash)
        state.withLock { state in
            state.young[name] = nil
            state.old[name] = nil
        }
    }

    /// Counts a read, or refuses it. A key that is not known yet is let through: it has shown
    /// nothing to count it by.
    func read(_ hash: KeyHash, at now: Timestamp) throws(Refusal) {
        let name = Name(hash)
        let refused = state.withLock { state -> (arrivalTime: Int64, wait: Duration)? in
            guard let arrivalTime = state.young[name] ?? state.old[name] else { return nil }
            switch reads.verdict(arrivalTime: arrivalTime, now: now) {
            case .allowed(let next):
                if state.young[name] == nil {
                    state.old[name] = next
                } else {
                    state.young[name] = next
                }
                return nil
            case .refused(let wait): return (arrivalTime, wait)
            }
        }
        guard let refused else { return }
        throw reading(refused.arrivalTime, now).refusal(
            "This API key may make \(reads.perMinute.counted("read request")) a minute.",
            retryAfter: refused.wait)
    }

    /// How the reads of a key stand; nil when it is not known.
    func reading(of hash: KeyHash, at now: Timestamp) -> LimitReading? {
        let name = Name(hash)
        let arrivalTime = state.withLock { $0.young[name] ?? $0.old[name] }
        return arrivalTime.map { reading($0, now) }
    }

    private func reading(_ arrivalTime: Int64, _ now: Timestamp) -> LimitReading {
        LimitReading(
            limit: "reads_per_minute", scope: .key, most: .count(reads.perMinute),
            left: .count(reads.remaining(arrivalTime: arrivalTime, now: now)),
            resetsIn: reads.full(arrivalTime: arrivalTime, now: now))
    }
}

public import Postgres
public import Signing
public import Units

/// Looks keys up for requests that only read, many to a transaction.
///
/// As the engine, since whose they are is what is asked; it cannot change anything here.
/// Nothing is remembered between look-ups: that is what makes a revocation hold from the next
/// request on, on every server.
public final class KeyReader: Sendable {
    private let batcher: Batcher<KeyHash, Key.Standing>
    private let uses: KeyUses
    private let clock: Clock

    /// Look-ups that may wait, and that go in one statement.
    static let queueMax = 4096
    static let batchMax = 512

    /// `uses` is told of every key that was let in.
    public init(url: Secret, settings: Database.Settings, uses: KeyUses, clock: Clock) {
        self.uses = uses
        self.clock = clock
        batcher = Batcher(
            name: "keys", url: url, settings: settings.under(.engine), queueMax: Self.queueMax,
            batchMax: Self.batchMax, clock: clock, access: .readOnly
        ) { transaction, hashes in
            try PlanPins.set(in: transaction)
            let found = try Key.standings(of: Set(hashes), in: transaction).rows()
            let standings = Dictionary(
                found.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
            return hashes.map { hash in
                standings[hash].map { .success($0) } ?? .failure(Key.unknown)
            }
        }
    }

    /// The standing of a key that may be used for `scope` now, or the refusal that says why not.
    public func authenticate(_ hash: KeyHash, for scope: Key.Scope) async throws -> Key.Standing {
        let standing = try await batcher.submit(hash)
        let now = clock.now
        try standing.permit(scope, at: now)
        uses.note(standing, at: now)
        return standing
    }
}

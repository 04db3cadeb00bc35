import Gateway
import Ledger
import Log
import Postgres
import Signing
import Storage
import Units

/// The accounts that are benched with: always the same, so that runs can share a database.
enum BenchAccounts {
    /// Deterministic keys, and so the same in every process of a run.
    private struct Counting: RandomNumberGenerator {
        var state: UInt64

        /// Source: SplitMix64, Steele et al. 2014.
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// The keys of the first `count` accounts.
    static func keys(_ count: Int) -> [KeyText] {
        (0..<count).map { index in
            var generator = Counting(state: UInt64(index) << 32)
            return KeyText(mode: .live, using: &generator)
        }
    }

    /// Keys as they would be if somebody had been given them.
    static func guesses(_ count: Int) -> [KeyText] {
        (0..<count).map { index in
            var generator = Counting(state: ~(UInt64(index) << 32))
            return KeyText(mode: .live, using: &generator)
        }
    }

    /// Opens what is missing of the first `count` accounts, each with a million dollars.
    static func open(
        _ count: Int, pepper: Pepper, in database: Database
    ) async throws -> [KeyText] {
        let keys = keys(count)
        let actor = AuditEvent.Actor(name: "bench", reason: nil, now: Clock.system.now)
        for chunk in stride(from: 0, to: count, by: 100) {
            let part = Array(keys[chunk..<min(count, chunk + 100)])
            try await database.transaction { transaction in
                for key in part {
                    let hash = key.hash(pepper: pepper).bytes
                    let known = try transaction.first(
                        "select true from api_key where hash = \(hash)"
                    ) { row -> Bool in try row.next() }
                    if known == nil { try open(key, pepper, actor, in: transaction) }
                }
            }
        }
        return keys
    }

    private static func open(
        _ key: KeyText, _ pepper: Pepper, _ actor: AuditEvent.Actor,
        in transaction: borrowing Transaction
    ) throws {
        let account = try Account.create(
            name: "bench", email: "bench@example.org", creditLimit: .zero, taxPPM: 0, by: actor,
            in: transaction)
        let terms = Key.Terms(
            account: account.id, name: "bench", mode: .live, scopes: [.generate, .read],
            expiresAt: nil)
        _ = try Key.issue(key, under: terms, pepper: pepper, by: actor, in: transaction)
        let grant = Grant(
            wallet: .init(account: account.id, mode: .live), kind: .paid,
            amount: Credits(nanodollars: 1_000_000 * Credits.nanodollarsPerDollar),
            reason: "bench", idempotencyKey: "bench")
        _ = try Credits.give(grant, by: actor, in: transaction)
    }
}

extension Inputs {
    /// For requests that start from none.
    static func unused(in store: ImageStore, _ clock: Clock) -> Inputs {
        Inputs(
            store: store, fetcher: PictureFetcher { _ in throw PictureFetcher.Failure.busy },
            publicURL: "http://localhost", clock: clock, log: .silent)
    }
}

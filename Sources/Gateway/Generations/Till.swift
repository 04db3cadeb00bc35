import Ledger
import Postgres
import Signing
import Threads
import Units

/// The two hot verbs, `admit` and `settle`, many to a transaction.
///
/// They share their transactions: both lock wallets, and two kinds of batch would wait for each
/// other's lock on a busy wallet, each half as large as one that takes both. Two round trips
/// however many there are: what is needed is loaded and locked in one, what changed is written
/// and committed in the other.
final class Till: Sendable {
    /// One thing to be done.
    private enum Entry: Sendable {
        case admit(Submission)
        case settle(Settlement)
    }

    /// What came of it.
    private enum Outcome: Sendable {
        case judged(Verdict)
        case settled(Settled)
    }

    private let shards: [Batcher<Entry, Outcome>]
    /// Whose key it is, so that an account's requests meet in one shard. It never changes; a key
    /// that is not here yet goes anywhere, which costs a wait and breaks nothing.
    private let accounts = Lock<[KeyHash: ID<Account>]>([:])

    /// Keys remembered: past it all are forgotten, and learned again as they come.
    private static let accountsMax = 100_000

    init(
        url: Secret, settings: Database.Settings, limits: Engine.Limits, uses: KeyUses, clock: Clock
    ) {
        shards = (0..<limits.shards).map { shard in
            Batcher(
                name: "till-\(shard)", url: url, settings: settings.under(.engine),
                queueMax: limits.queueMax,
                batchMax: limits.batchMax, clock: clock,
                perform: { [depth = limits.queueDepthMax] in
                    try Self.perform($0, $1, queueDepthMax: depth, noting: uses)
                })
        }
    }

    /// Entries that wait for a transaction.
    var waiting: Int { shards.reduce(0) { $0 + $1.waiting } }

    func admit(_ submission: Submission) async throws -> Verdict {
        let account = accounts.withLock { $0[submission.key] }
        let shard = account.map(shard(of:)) ?? shards[0]
        guard case .judged(let verdict) = try await shard.submit(.admit(submission)) else {
            preconditionFailure("an admission is answered with a verdict")
        }
        if account == nil, case .admitted(let admitted) = verdict {
            remember(submission.key, admitted.wallet.account)
        }
        return verdict
    }

    func settle(_ settlement: Settlement) async throws -> Settled {
        let shard = shard(of: settlement.wallet.account)
        // Never turned away for admissions: what was admitted must be able to end.
        guard
            case .settled(let settled) = try await shard.submit(
                .settle(settlement), evenIfFull: true)
        else {
            preconditionFailure("a settlement is answered with one")
        }
        return settled
    }

    private func shard(of account: ID<Account>) -> Batcher<Entry, Outcome> {
        shards[Int(account.low & 0xFFFF) % shards.count]
    }

    private func remember(_ key: KeyHash, _ account: ID<Account>) {
        accounts.withLock { accounts in
            if accounts.count >= Self.accountsMax { accounts.removeAll() }
            accounts[key] = account
        }
    }

    /// Settles one generation in a transaction of somebody else's, as an admin does.
    static func settle(
        _ settlement: Settlement, in transaction: borrowing Transaction
    ) throws -> Settled {
        let outcome = try perform(transaction, [.settle(settlement)], queueDepthMax: .max)[0].get()
        guard case .settled(let settled) = outcome else {
            preconditionFailure("a settlement is answered with one")
        }
        return settled
    }

    /// Lets one submission in, in a transaction of somebody else's.
    static func admit(
        _ submission: Submission, in transaction: borrowing Transaction
    ) throws -> Verdict {
        let outcome = try perform(transaction, [.admit(submission)], queueDepthMax: .max)[0].get()
        guard case .judged(let verdict) = outcome else {
            preconditionFailure("an admission is answered with a verdict")
        }
        return verdict
    }

    // MARK: The transaction

    private static func perform(
        _ transaction: borrowing Transaction, _ entries: [Entry], queueDepthMax: Int,
        noting uses: KeyUses? = nil
    ) throws -> [Result<Outcome, any Error>] {
        var desk = try load(
            entries, queueDepthMax: queueDepthMax, noting: uses, in: transaction)
        var begun: [(Submission, Admitted)] = []
        var ended: [(Settlement, Settled)] = []
        let outcomes = entries.map { entry in
            Result<Outcome, any Error> {
                switch entry {
                case .admit(let submission):
                    let verdict = try desk.judge(submission)
                    if case .admitted(let admitted) = verdict {
                        begun.append((submission, admitted))
                    }
                    return .judged(verdict)
                case .settle(let settlement):
                    switch try desk.judge(settlement) {
                    case .ends(let settled):
                        ended.append((settlement, settled))
                        return .settled(settled)
                    case .endedBefore(let settled): return .settled(settled)
                    }
                }
            }
        }
        // What expires may leave only once the holds on it are given back.
        let released = desk.closing.isEmpty ? [:] : desk.holds.filter { $0.value < .zero }
        try Wallet.changeHolds(released, in: transaction)
        // Postings first: a capture gives back what it does not take, and a hold of the same batch
        // may need that. The other way round the wallet would pass below zero in between.
        try Posting.insert(desk.postings, in: transaction)
        try Wallet.changeHolds(
            released.isEmpty ? desk.holds : desk.holds.filter { $0.value > .zero }, in: transaction)
        try LotBook.close(desk.closing, at: Self.time(of: entries), in: transaction)
        try Meter.update(desk.movedMeters, in: transaction)
        try Batch.begin(begun, in: transaction)
        try Generation.begin(begun, in: transaction)
        try RememberedKey.insert(
            desk.claimed, inPlaceOf: desk.spent, in: transaction)
        try Generation.end(ended, in: transaction)
        try KeptImage.insert(ended.map(\.0), in: transaction)
        try Attempt.insert(ended.map(\.0), in: transaction)
        try tell(of: ended.map(\.0), desk, in: transaction)
        return outcomes
    }

    /// When a batch is judged: at the time of its last member.
    private static func time(of entries: [Entry]) -> Timestamp {
        entries.reduce(Timestamp(seconds: 0)) { latest, entry in
            switch entry {
            case .admit(let submission): max(latest, submission.at)
            case .settle(let settlement): max(latest, settlement.at)
            }
        }
    }

    /// Queues what customers want to be told of ends, in the same transaction as the ends.
    private static func tell(
        of ended: [Settlement], _ desk: Desk, in transaction: borrowing Transaction
    ) throws {
        var events = ended.map { WebhookEvent(of: $0, wanted: desk.webhook(of: $0.generation)) }
        let members = ended.compactMap { settlement in
            desk.batch(of: settlement.generation).map { (settlement, $0) }
        }
        // Only the last of a batch has something to tell of the batch.
        if !members.isEmpty { events += try Batch.close(members, in: transaction) }
        try WebhookDelivery.queue(events + desk.alerts, in: transaction)
    }

    private static func load(
        _ entries: [Entry], queueDepthMax: Int, noting uses: KeyUses?,
        in transaction: borrowing Transaction
    ) throws -> Desk {
        let submissions = entries.compactMap { entry in
            if case .admit(let submission) = entry { submission } else { nil }
        }
        let settlements = entries.compactMap { entry in
            if case .settle(let settlement) = entry { settlement } else { nil }
        }
        // What is free needs no wallet; under an idempotency key its lock is what makes servers take
        // turns, so that no two insert keys in orders that make them wait for each other.
        let paying = Set(
            submissions.lazy.filter { $0.quote > .zero || $0.claim != nil }.map(\.key))
        try PlanPins.set(in: transaction)
        // Wallets before generations, as everywhere: two batches cannot wait for each other.
        let wallets = try Wallet.lock(
            Key.wallets(of: paying) + " union "
                + Wallet.rows(of: Set(settlements.map(\.wallet))), in: transaction)
        let keys =
            submissions.isEmpty
            ? nil : try Key.standings(of: Set(submissions.map(\.key)), in: transaction)
        let claims = submissions.compactMap { submission in
            submission.claim.map { (hash: submission.key, claim: $0) }
        }
        let remembered =
            claims.isEmpty
            ? nil : try RememberedKey.find(claims, at: submissions[0].at, in: transaction)
        let queueing = Set(
            submissions.lazy.filter { $0.admissions.contains { $0.isQueued } }.map(\.key))
        let queued =
            queueing.isEmpty
            ? nil : try Generation.queued(of: queueing, upTo: queueDepthMax, in: transaction)
        let generations =
            settlements.isEmpty ? nil : try Generation.lock(settlements, in: transaction)
        let standings = try keys?.rows() ?? []
        if let first = submissions.first { uses?.note(standings, for: .generate, at: first.at) }
        let open = try generations?.rows() ?? []
        let locked = try wallets.rows()
        let now = time(of: entries)
        let lots = try Expiry.books(
            of: locked, ending: open, settlements, at: now, in: transaction)
        let limited = try LimitsInForce.load(
            standings, open, settlements, at: submissions.first?.at, in: transaction)
        return Desk(
            keys: standings, wallets: locked, generations: open,
            limits: limited.limits, meters: limited.meters, lots: lots, at: now,
            remembered: try remembered?.rows() ?? [],
            queued: Dictionary(try queued?.rows() ?? [], uniquingKeysWith: { first, _ in first }),
            queueDepthMax: queueDepthMax)
    }
}

/// Settings for the transaction that keep batched statements on their indexes.
///
/// `unnest` is planned as 100 rows whatever it holds, and then joined with whole tables.
enum PlanPins {
    static func set(in transaction: borrowing Transaction) throws {
        try transaction.send(
            """
            select set_config('enable_hashjoin', 'off', true),
                set_config('enable_mergejoin', 'off', true),
                set_config('enable_seqscan', 'off', true),
                set_config('plan_cache_mode', 'force_generic_plan', true)
            """)
    }
}

package import Ledger
package import Units

import Signing

/// Judges admissions and settlements one after another against what the database held when it
/// was locked.
///
/// Pure: the batch around it loads, and writes back what changed. In order of arrival, each judged
/// alone: a refusal changes nothing, so the next in line may still pass. A sum over the whole
/// batch would be wrong; with 100 left and asks of 60, 50 and 40 the answers are yes, no, yes.
package struct Desk {
    private let keys: [KeyHash: Key.Standing]
    private let limits: [ID<Key>: KeyLimits]
    private var meters: [Meter.Name: Meter]
    private var wallets: [Wallet.Name: Wallet]
    private var generations: [ID<Generation>: OpenGeneration]
    /// What must be written: how much each wallet's holds change other than by a posting,
    package private(set) var holds: [Wallet.Name: Credits] = [:]
    /// and the postings, in the order of their chains.
    package private(set) var postings: [Posting] = []
    /// The meters that moved.
    private var moved: Set<Meter.Name> = []
    package var movedMeters: [Meter] { moved.sorted().compactMap { meters[$0] } }
    /// What accounts want to be told before they meet a wall.
    package private(set) var alerts: [WebhookEvent] = []

    /// The books of wallets of which something expires while these are judged.
    private var lots: [Wallet.Name: LotBook]
    private let now: Timestamp

    private var remembered: [RememberedKey.Name: RememberedKey]
    /// Generations that wait in the queue, by account; only of accounts that submit to it.
    private var queued: [ID<Account>: Int]
    private let queueDepthMax: Int
    /// and the idempotency keys that were used for the first time.
    package private(set) var claimed: [RememberedKey] = []
    /// Of these, the keys whose rows they replace.
    private(set) var spent: [RememberedKey.Name] = []

    package init(
        keys: [Key.Standing], wallets: [Wallet], generations: [OpenGeneration],
        limits: [ID<Key>: KeyLimits] = [:], meters: [Meter] = [],
        lots: [Wallet.Name: LotBook] = [:], at now: Timestamp = Timestamp(seconds: 0),
        remembered: [RememberedKey] = [], queued: [ID<Account>: Int] = [:],
        queueDepthMax: Int = .max
    ) {
        self.lots = lots
        self.now = now
        self.limits = limits
        self.meters = Dictionary(
            meters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.remembered = Dictionary(
            remembered.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.queued = queued
        self.queueDepthMax = queueDepthMax
        self.keys = Dictionary(keys.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        self.wallets = Dictionary(
            wallets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.generations = Dictionary(
            generations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        // Before anybody is judged: what has expired cannot be held.
        for name in lots.keys.sorted() { expire(name) }
    }

    /// Lets a submission in and sets aside what it can cost, all of it or nothing, or refuses it.
    package mutating func judge(_ submission: Submission) throws(Refusal) -> Verdict {
        guard let key = keys[submission.key] else { throw Key.unknown }
        try key.permit(.generate, at: submission.at)
        let name = Wallet.Name(account: key.account, mode: key.mode)
        if let claim = submission.claim,
            let known = remembered[.init(account: key.account, key: claim.key)], !known.isSpent
        {
            let work = try known.match(claim)
            return .repeats(EarlierWork(account: key.account, mode: key.mode, work: work))
        }
        let waiting = try placesTaken(by: submission, of: key.account)
        let entry = try entry(of: submission, by: key)
        // What is free needs no wallet: without an idempotency key its row is not even locked.
        let quote = submission.quote
        if quote > .zero {
            guard var wallet = wallets[name] else {
                throw Refusal(.unavailable, "This account has no \(name.mode.rawValue) wallet.")
            }
            try wallet.hold(quote)
            wallets[name] = wallet
            holds[name, default: .zero] += quote
            lots[name]?.hold(quote, begun: submission.at)
        }
        for meter in entry.meters {
            meters[meter.name] = meter
            moved.insert(meter.name)
        }
        alerts += entry.nearing.map { .near($0, of: key, at: submission.at) }
        if waiting > 0 { queued[key.account, default: 0] += waiting }
        if let claim = submission.claim { remember(claim, submission, key.account) }
        return .admitted(
            Admitted(
                wallet: name, key: key.id, held: quote, limits: entry.readings,
                meters: entry.bits))
    }

    /// What the limits of a key make of a submission.
    private struct Entry {
        /// The meters as they are once it is in.
        var meters: [Meter] = []
        var readings: [LimitReading] = []
        var nearing: [LimitReading] = []
        var bits: Int32 = 0
    }

    /// Holds a submission against the limits of its key and then of its account, or refuses it.
    private func entry(
        of submission: Submission, by key: Key.Standing
    ) throws(Refusal) -> Entry {
        var entry = Entry()
        guard let limits = limits[key.id] else { return entry }
        for admission in submission.admissions {
            try limits.own.permit(model: admission.model, to: "This API key")
            try limits.account.permit(model: admission.model, to: "This account")
        }
        let demand = submission.demand
        for (limits, owner, bit) in [
            (limits.own, key.id, MeterBits.key), (limits.account, nil, MeterBits.account),
        ] {
            let name = Meter.Name(account: key.account, key: owner, mode: key.mode)
            guard var meter = meters[name] else { continue }
            let passage = try meter.enter(demand, under: limits)
            entry.readings += passage.readings
            entry.nearing += passage.nearing
            entry.meters.append(meter)
            entry.bits |= bit
        }
        return entry
    }

    /// How many places in the queue a submission needs, or the refusal when there are too few.
    private func placesTaken(
        by submission: Submission, of account: ID<Account>
    ) throws(Refusal) -> Int {
        let waiting = submission.admissions.count { $0.isQueued }
        guard waiting == 0 || queued[account, default: 0] + waiting <= queueDepthMax else {
            throw Refusal(
                .queueFull,
                "This account has \(queueDepthMax.counted("job")) waiting, which is the most it may have.",
                retryAfter: .seconds(5))
        }
        return waiting
    }

    private mutating func remember(
        _ claim: IdempotencyClaim, _ submission: Submission, _ account: ID<Account>
    ) {
        let first = submission.admissions[0].generation
        let key = RememberedKey(
            name: .init(account: account, key: claim.key), fingerprint: claim.fingerprint,
            path: claim.path, work: submission.batch.map { .batch($0.id) } ?? .generation(first),
            createdAt: submission.at)
        if remembered[key.name] != nil { spent.append(key.name) }
        remembered[key.name] = key
        claimed.append(key)
    }

    /// What a settlement comes to.
    package enum Ending {
        /// It ends now: write it.
        case ends(Settled)
        /// It had ended exactly so before: only the answer was lost.
        case endedBefore(Settled)
    }

    /// Ends a generation. A hold ends once: a second settlement of the same end is answered with
    /// the first one's result, and any other is refused.
    package mutating func judge(_ settlement: Settlement) throws -> Ending {
        guard let row = generations[settlement.generation] else {
            throw Refusal(.notFound, "There is no generation \(settlement.generation).")
        }
        if row.ended { return try repeated(settlement, of: row) }
        if case .cancelled = settlement.outcome, row.state != "queued" || row.hasTask {
            throw Refusal(
                .conflict, "Generation \(row.id) has begun and can no longer be cancelled.")
        }
        guard settlement.server == row.server, settlement.run ?? row.run == row.run else {
            throw Refusal(.conflict, "Generation \(row.id) has passed to another server.")
        }
        let settled = try settle(settlement, row)
        lots[settlement.wallet]?.end(
            hold: row.held, captured: settled.captured, begun: row.metered?.begun ?? settlement.at)
        expire(settlement.wallet)
        if let metered = row.metered {
            leaveMeters(metered, of: settlement.wallet, releasing: settled.released)
        }
        generations[row.id] = OpenGeneration(
            id: row.id, state: settlement.state, ended: true, server: row.server, held: row.held,
            captured: settled.captured, posting: settled.posting, run: row.run,
            hasTask: row.hasTask, batch: row.batch, webhook: row.webhook, metered: row.metered)
        return .ends(settled)
    }

    /// Takes what has expired, and what no hold keeps any more, out of a wallet.
    private mutating func expire(_ name: Wallet.Name) {
        guard var book = lots[name], var wallet = wallets[name] else { return }
        let before = wallet.lasting
        postings += book.expire(from: &wallet, at: wallet.judgedAt(now)).map(\.posting)
        alerts += [WebhookEvent.low(wallet, since: before, at: now)].compactMap(\.self)
        lots[name] = book
        wallets[name] = wallet
    }

    /// The books to be closed, each up to its wallet's last posting.
    package var closing: [(book: LotBook, through: Int64)] {
        lots.values.sorted { $0.wallet < $1.wallet }.compactMap { book in
            wallets[book.wallet].map { (book, $0.chain.number) }
        }
    }

    private mutating func leaveMeters(
        _ metered: OpenGeneration.Metered, of wallet: Wallet.Name, releasing released: Credits
    ) {
        for name in metered.names(in: wallet) {
            meters[name]?.end(releasing: released, begun: metered.begun)
            moved.insert(name)
        }
    }

    /// Where the request behind a generation wants its end to be told.
    func webhook(of generation: ID<Generation>) -> RequestedWebhook? {
        generations[generation]?.webhook
    }

    func batch(of generation: ID<Generation>) -> ID<Batch>? { generations[generation]?.batch }

    private mutating func settle(
        _ settlement: Settlement, _ row: OpenGeneration
    ) throws(DriftFault) -> Settled {
        // A customer never pays more than was held: what a provider took beyond it is our loss.
        let captured = min(settlement.cost, row.held)
        guard row.held > .zero else {
            return Settled(held: .zero, captured: .zero, posting: nil)
        }
        // Drift that somebody's hands caused must not stop every server: this one item fails, loudly.
        guard var wallet = wallets[settlement.wallet], wallet.held >= row.held else {
            throw DriftFault(generation: row.id)
        }
        defer { wallets[settlement.wallet] = wallet }
        guard captured > .zero else {
            wallet.release(row.held)
            holds[settlement.wallet, default: .zero] -= row.held
            return Settled(held: row.held, captured: .zero, posting: nil)
        }
        let before = wallet.lasting
        postings.append(
            wallet.capture(
                captured, of: row.held, for: row.id, as: settlement.posting, at: settlement.at))
        alerts += [WebhookEvent.low(wallet, since: before, at: settlement.at)].compactMap(\.self)
        return Settled(held: row.held, captured: captured, posting: settlement.posting)
    }

    private func repeated(
        _ settlement: Settlement, of row: OpenGeneration
    ) throws(Refusal) -> Ending {
        let same =
            row.state == settlement.state && row.captured == min(settlement.cost, row.held)
            && (row.posting == nil || row.posting == settlement.posting)
        guard same else {
            throw Refusal(.conflict, "Generation \(row.id) had already ended as \(row.state).")
        }
        return .endedBefore(
            Settled(held: row.held, captured: row.captured, posting: row.posting))
    }
}

/// A hold that its wallet does not know of: the rows contradict each other, and `verify` says how.
struct DriftFault: Error, CustomStringConvertible {
    let generation: ID<Generation>

    var description: String {
        "the wallet of generation \(generation) does not hold what it should"
    }
}

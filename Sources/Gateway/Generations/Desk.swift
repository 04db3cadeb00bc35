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
    private var wallets: [Wallet.Name: Wallet]
    private var generations: [ID<Generation>: OpenGeneration]
    /// What must be written: how much each wallet's holds change other than by a posting,
    package private(set) var holds: [Wallet.Name: Credits] = [:]
    /// and the postings, in the order of their chains.
    package private(set) var postings: [Posting] = []

    package init(keys: [Key.Standing], wallets: [Wallet], generations: [OpenGeneration]) {
        self.keys = Dictionary(keys.map { ($0.hash, $0) }, uniquingKeysWith: { first, _ in first })
        self.wallets = Dictionary(
            wallets.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        self.generations = Dictionary(
            generations.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Lets a request in and sets aside what it can cost, or refuses it.
    package mutating func judge(_ admission: Admission) throws(Refusal) -> Admitted {
        guard let key = keys[admission.key] else { throw Key.unknown }
        try key.permit(.generate, at: admission.at)
        let name = Wallet.Name(account: key.account, mode: key.mode)
        // What is free needs no wallet: its row is then not even locked.
        if admission.quote > .zero {
            guard var wallet = wallets[name] else {
                throw Refusal(.unavailable, "This account has no \(name.mode.rawValue) wallet.")
            }
            try wallet.hold(admission.quote)
            wallets[name] = wallet
            holds[name, default: .zero] += admission.quote
        }
        return Admitted(wallet: name, key: key.id, held: admission.quote)
    }

    /// What a settlement comes to.
    package enum Verdict {
        /// It ends now: write it.
        case ends(Settled)
        /// It had ended exactly so before: only the answer was lost.
        case endedBefore(Settled)
    }

    /// Ends a generation. A hold ends once: a second settlement of the same end is answered with
    /// the first one's result, and any other is refused.
    package mutating func judge(_ settlement: Settlement) throws -> Verdict {
        guard let row = generations[settlement.generation] else {
            throw Refusal(.notFound, "There is no generation \(settlement.generation).")
        }
        if row.ended { return try repeated(settlement, of: row) }
        guard settlement.server == nil || settlement.server == row.server else {
            throw Refusal(.conflict, "Generation \(row.id) has passed to another server.")
        }
        let settled = try settle(settlement, row)
        generations[row.id] = OpenGeneration(
            id: row.id, state: settlement.state, ended: true, server: row.server, held: row.held,
            captured: settled.captured, posting: settled.posting)
        return .ends(settled)
    }

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
        postings.append(
            wallet.capture(
                captured, of: row.held, for: row.id, as: settlement.posting, at: settlement.at))
        return Settled(held: row.held, captured: captured, posting: settlement.posting)
    }

    private func repeated(
        _ settlement: Settlement, of row: OpenGeneration
    ) throws(Refusal) -> Verdict {
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

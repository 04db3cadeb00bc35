public import Units

/// What is left of each lot of a wallet, worked out from the wallet's postings.
///
/// Pure: nothing is written when a generation is paid. A book is opened where it was last closed
/// (or at the wallet's beginning), is told what its postings did since, in the order of their
/// chain, and then knows which lots they were paid from. What it says never depends on when it was
/// opened: that is what `verify` checks.
public struct LotBook: Sendable {
    public let wallet: Wallet.Name
    /// The number of the last posting before it was opened, and of the last that it was told of.
    public private(set) var stretch: (after: Int64, through: Int64) = (0, 0)
    /// Every lot that it was opened with or that was given since, in the order of spending.
    public private(set) var lots: [Lot]
    /// What was spent when no lot had anything left: a credit limit. The next lot pays it first.
    public private(set) var debt: Credits
    /// For each expiry that has passed while something was left: what generations hold that began
    /// before it. Their lots stay for them until they end.
    private var backing: [Timestamp: Credits] = [:]
    /// What expired while the book was open.
    public private(set) var lapses: [Lapse] = []

    /// `lots` are those with something left, in any order.
    public init(wallet: Wallet.Name, lots: [Lot] = [], debt: Credits = .zero) {
        self.wallet = wallet
        self.lots = lots.sorted { $0.isSpent(before: $1) }
        self.debt = debt
    }

    /// Says which postings it was told of.
    mutating func cover(after: Int64, through: Int64) { stretch = (after, through) }

    /// What all lots have left. Less the debt, it is what the wallet has posted.
    public var left: Credits { lots.reduce(.zero) { $0 + $1.left } }

    /// One thing that a wallet's postings did.
    public enum Movement: Sendable {
        /// A lot was given.
        case gave(Lot)
        /// Work that began at `begun` was paid, or credits were taken away then.
        case took(Credits, begun: Timestamp)
        /// Something of a lot expired.
        case lapsed(Credits, of: ID<Grant>)
    }

    /// Carries `movement` out; answers what of it no lot could account for, which only a debt may.
    public mutating func apply(_ movement: Movement) {
        switch movement {
        case .gave(let lot): give(lot)
        case .took(let amount, let begun): take(amount, begun: begun)
        case .lapsed(let amount, let id):
            // More than is left cannot lapse; where rows say so, the books differ by it and tell.
            var rest = amount
            if let index = lots.firstIndex(where: { $0.id == id }) {
                let part = min(rest, lots[index].left)
                lots[index].left -= part
                rest -= part
            }
            debt += rest
        }
    }

    private mutating func give(_ lot: Lot) {
        var lot = lot
        let repaid = min(debt, lot.left)
        debt -= repaid
        lot.left -= repaid
        let place = lots.firstIndex { lot.isSpent(before: $0) } ?? lots.endIndex
        lots.insert(lot, at: place)
    }

    private mutating func take(_ amount: Credits, begun: Timestamp) {
        var rest = amount
        for index in lots.indices where rest > .zero && lots[index].left > .zero {
            guard lots[index].pays(forWorkBegun: begun) else { continue }
            let part = min(rest, lots[index].left)
            lots[index].left -= part
            rest -= part
        }
        debt += rest
    }

    // MARK: Expiry

    /// Says what open generations hold that began before `expiry`.
    public mutating func back(_ expiry: Timestamp, with held: Credits) { backing[expiry] = held }

    /// A generation that began at `begun` has placed a hold.
    public mutating func hold(_ amount: Credits, begun: Timestamp) {
        for expiry in backing.keys where begun < expiry {
            backing[expiry, default: .zero] += amount
        }
    }

    /// A generation that began at `begun` has ended, and was paid `captured` of what it held.
    public mutating func end(hold: Credits, captured: Credits, begun: Timestamp) {
        for expiry in backing.keys where begun < expiry {
            backing[expiry] = max(.zero, backing[expiry, default: .zero] - hold)
        }
        take(captured, begun: begun)
    }

    /// What has expired by `now`, lot by lot: all that is left, but for what generations still hold
    /// that began before. They were promised it; of what they leave the rest expires.
    func due(at now: Timestamp) -> [(lot: Int, amount: Credits)] {
        var promised = Credits.zero
        return lots.indices.compactMap { index in
            let lot = lots[index]
            guard lot.left > .zero, lot.hasExpired(at: now), let expiry = lot.expiresAt else {
                return nil
            }
            let held = max(.zero, backing[expiry, default: .zero] - promised)
            let stays = min(lot.left, held)
            promised += stays
            return stays < lot.left ? (index, lot.left - stays) : nil
        }
    }

    /// What is due and has not been taken out of the wallet.
    public func overdue(at now: Timestamp) -> [(lot: Lot, amount: Credits)] {
        due(at: now).map { (lots[$0.lot], $0.amount) }
    }

    /// Takes what has expired by `now` out of `wallet`, as postings in the order of their chain.
    ///
    /// Never more than is available: what is held stays, whatever the rows say.
    public mutating func expire(from wallet: inout Wallet, at now: Timestamp) -> [Lapse] {
        var found: [Lapse] = []
        for (index, amount) in due(at: now) {
            let amount = min(amount, wallet.available)
            guard amount > .zero else { continue }
            let posting = wallet.lapse(amount, of: lots[index], as: ID(at: now), at: now)
            lots[index].left -= amount
            found.append(Lapse(lot: lots[index].id, posting: posting))
        }
        lapses += found
        return found
    }
}

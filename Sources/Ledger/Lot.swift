public import Units

/// Credits that were given together, and what is left of them.
public struct Lot: Hashable, Sendable {
    public let id: ID<Grant>
    public let kind: Grant.Kind
    /// From this instant on they cannot be held any more; nil when they never expire.
    public let expiresAt: Timestamp?
    /// What the lot was given.
    public let given: Credits
    /// Its posting's place in the wallet's chain.
    public let number: Int64
    /// What nothing has spent yet and what has not expired.
    public internal(set) var left: Credits

    public init(
        id: ID<Grant>, kind: Grant.Kind, expiresAt: Timestamp?, given: Credits, number: Int64,
        left: Credits
    ) {
        self.id = id
        self.kind = kind
        self.expiresAt = expiresAt
        self.given = given
        self.number = number
        self.left = left
    }

    /// Whether it is spent before `other`: what expires sooner, then presents, then what is older.
    func isSpent(before other: Lot) -> Bool {
        if expiresAt != other.expiresAt {
            guard let expiresAt else { return false }
            return other.expiresAt.map { expiresAt < $0 } ?? true
        }
        let isPresent = kind == .promotional
        if isPresent != (other.kind == .promotional) { return isPresent }
        return number != other.number ? number < other.number : id < other.id
    }

    /// Whether work that began at `begun` may be paid from it: it had not expired then.
    func pays(forWorkBegun begun: Timestamp) -> Bool { expiresAt.map { $0 > begun } ?? true }

    func hasExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// Something of a lot that expired.
public struct Lapse: Hashable, Sendable {
    public let lot: ID<Grant>
    /// What took it out of the wallet.
    public let posting: Posting
}

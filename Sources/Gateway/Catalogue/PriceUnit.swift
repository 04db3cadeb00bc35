public import Units

/// What a price is counted in. A new case makes the compiler point at the one place to extend.
public enum PriceUnit: String, CaseIterable, Sendable {
    case image

    /// How many units `work` comes to.
    func count(in work: Work) -> Int {
        switch self {
        case .image: work.images
        }
    }
}

/// What a generation consumes, as far as prices count it.
public struct Work: Hashable, Sendable {
    public let images: Int

    public init(images: Int) {
        self.images = images
    }
}

/// One version of an endpoint's price.
public struct Price: Sendable {
    /// So much for each unit.
    public struct Line: Sendable {
        public let unit: PriceUnit
        /// For one unit.
        public let amount: Credits

        public init(unit: PriceUnit, amount: Credits) {
            self.unit = unit
            self.amount = amount
        }
    }

    public let version: Int32
    public let startsAt: Timestamp
    public let lines: [Line]

    public init(version: Int32, startsAt: Timestamp, lines: [Line]) {
        self.version = version
        self.startsAt = startsAt
        self.lines = lines
    }

    /// What `work` costs: exact, since lines are whole nanodollars a unit.
    public func cost(of work: Work) -> Credits {
        lines.reduce(.zero) { $0 + $1.amount.times($1.unit.count(in: work)) }
    }
}

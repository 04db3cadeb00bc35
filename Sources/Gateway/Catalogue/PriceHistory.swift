public import Postgres
public import Units

/// One version of what one provider's pictures of a model cost, for admins.
public struct PriceVersion: Sendable {
    public let provider: String
    public let version: Int32
    public let startsAt: Timestamp
    /// Whether an admin has set it, and not a file.
    public let isAdmins: Bool
    /// Whether it is the one in force.
    public let isInForce: Bool
    /// In order; without those that only a newer program understands.
    public let lines: [Price.Line]

    /// Every version of a model's prices, by provider, newest first, also of endpoints that are not
    /// offered.
    public static func history(
        of name: String, at now: Timestamp, in transaction: borrowing Transaction
    ) throws -> (model: String, versions: [PriceVersion]) {
        let model = try Catalogue.modelID(name, in: transaction)
        let rows = try Catalogue.priceLines(in: transaction).filter { $0.key.model == model }
        let versions = rows.sorted { $0.key.provider < $1.key.provider }.flatMap { name, rows in
            let inForce = rows.first { $0.startsAt <= now }?.version
            var numbers: [Int32] = []
            for row in rows where numbers.last != row.version { numbers.append(row.version) }
            return numbers.compactMap { number -> PriceVersion? in
                let lines = rows.filter { $0.version == number }
                guard let first = lines.first else { return nil }
                return PriceVersion(
                    provider: name.provider, version: number, startsAt: first.startsAt,
                    isAdmins: first.isAdmins, isInForce: number == inForce,
                    lines: lines.compactMap(\.line))
            }
        }
        return (model, versions)
    }
}

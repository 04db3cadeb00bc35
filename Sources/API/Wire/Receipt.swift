import Gateway
import Units

extension FinishedGeneration {
    /// What happened to the money, the same in every dialect.
    var receipt: JSON {
        .object([
            ("held", .credits(money.held)), ("captured", .credits(money.captured)),
            ("released", .credits(money.released)), ("price_version", .int(Int64(priceVersion))),
            ("posting_ids", .array(money.posting.map { [.id($0)] } ?? [])),
        ])
    }
}

import Units

/// Usage as cost rows of FOCUS 1.0, the FinOps Foundation's form for bills of clouds.
///
/// All 43 columns are there; what does not exist here, such as commitments and regions, is null.
public struct FocusCSV: Sendable {
    /// Who writes the invoice: the seller's name.
    public var issuer: String
    /// Whose service it is.
    public var service: String

    public init(issuer: String, service: String = "Atelier") {
        self.issuer = issuer
        self.service = service
    }

    /// In the order of the alphabet, as the specification lists them.
    static let columns = [
        "AvailabilityZone", "BilledCost", "BillingAccountId", "BillingAccountName",
        "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
        "ChargeClass", "ChargeDescription", "ChargeFrequency", "ChargePeriodEnd",
        "ChargePeriodStart", "CommitmentDiscountCategory", "CommitmentDiscountId",
        "CommitmentDiscountName", "CommitmentDiscountStatus", "CommitmentDiscountType",
        "ConsumedQuantity", "ConsumedUnit", "ContractedCost", "ContractedUnitPrice",
        "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice", "PricingCategory",
        "PricingQuantity", "PricingUnit", "ProviderName", "PublisherName", "RegionId",
        "RegionName", "ResourceId", "ResourceName", "ResourceType", "ServiceCategory",
        "ServiceName", "SkuId", "SkuPriceId", "SubAccountId", "SubAccountName", "Tags",
    ]

    public func appendHead(to bytes: inout [UInt8]) {
        CSV.append(head: Self.columns, to: &bytes)
    }

    public func append(_ row: UsageRow, to bytes: inout [UInt8]) {
        CSV.append(fields(of: row), to: &bytes)
    }

    /// In the order of `columns`.
    private func fields(of row: UsageRow) -> [CSV.Field] {
        let charge = Charge(row: row)
        let none = CSV.Field.none
        let unitPrice = CSV.Field.plain(charge.unitPrice.dollars)
        let listCost = CSV.Field.plain(charge.listCost.dollars)
        let cost = CSV.Field.plain(row.cost.dollars)
        return [
            // AvailabilityZone to BillingPeriodStart
            none, cost, .plain(row.account.description), .text(row.accountName), .plain("USD"),
            charge.hour(0, of: charge.day.startOfMonth(plus: 1)),
            charge.hour(0, of: charge.day.startOfMonth),
            // Charge…
            .plain("Usage"), none, .text(charge.description), .plain("Usage-Based"),
            charge.end, charge.start,
            // CommitmentDiscount…
            none, none, none, none, none,
            // ConsumedQuantity to ContractedUnitPrice
            .plain(row.quantity.decimal), .plain(charge.consumedUnit), listCost, unitPrice,
            // EffectiveCost to ListUnitPrice
            cost, .text(issuer), listCost, unitPrice,
            // Pricing…
            .plain("Standard"), .plain(charge.pricingQuantity.decimal), .plain(charge.pricingUnit),
            // ProviderName, PublisherName, Region…
            .text(service), .text(row.provider), none, none,
            // Resource…, Service…
            .plain(row.generation.description), none, .plain("Generation"),
            .plain("AI and Machine Learning"), .plain("Image generation"),
            // Sku…, SubAccount…, Tags
            .text(charge.sku), .text("\(charge.sku)/v\(row.priceVersion)"),
            .plain(row.key.description), .text(row.keyName), .plain(charge.tags),
        ]
    }
}

/// A row of usage, and what FOCUS derives from it.
private struct Charge {
    let row: UsageRow

    var day: CivilDate { CivilDate(row.at) }

    private var hour: Int64 { row.at.seconds / 3600 % 24 }

    /// The hour in which it was charged: a period that lies in one month.
    var start: CSV.Field { hour(hour, of: day) }

    var end: CSV.Field {
        hour < 23
            ? hour(hour + 1, of: day)
            : hour(0, of: CivilDate(daysSince1970: day.daysSince1970 + 1))
    }

    /// To the second, as FOCUS writes it.
    func hour(_ hour: Int64, of day: CivilDate) -> CSV.Field {
        .plain("\(day)T\(hour < 10 ? "0" : "")\(hour):00:00Z")
    }

    var description: String { "\(row.images.counted("image")) by \(row.model)" }

    var sku: String { "\(row.provider)/\(row.model)/\(row.unit.rawValue)" }

    var consumedUnit: String {
        switch row.unit {
        case .image: "Images"
        case .megapixel: "Megapixels"
        case .token: "Tokens"
        case .request: "Requests"
        }
    }

    // Where several prices made up the cost there is no price of one unit, and FOCUS wants one: the
    // request as a whole is what was priced.
    var unitPrice: Credits { row.listUnitPrice ?? row.cost }
    var pricingQuantity: Quantity { row.listUnitPrice == nil ? Quantity(1) : row.quantity }
    var pricingUnit: String { row.listUnitPrice == nil ? "Requests" : consumedUnit }
    var listCost: Credits { pricingQuantity.times(unitPrice) }

    /// Keys begin with who made them up, as FOCUS asks of a provider's tags.
    var tags: String {
        JSON.object([
            ("atelier/mode", .string(row.mode.rawValue)), ("atelier/state", .string(row.state)),
        ]).text
    }
}

public import Units

/// What one generation consumed and cost, as an export tells it.
public struct UsageRow: Hashable, Sendable {
    /// When it ended and was paid.
    public var at: Timestamp
    public var account: ID<Account>
    public var accountName: String
    public var key: ID<Key>
    public var keyName: String
    /// The model's id, such as `black-forest-labs/flux-2-pro`.
    public var model: String
    public var provider: String
    /// Pictures delivered.
    public var images: Int
    public var unit: InvoiceDocument.Unit
    public var quantity: Quantity
    public var priceVersion: Int
    /// Of one unit by the catalogue. Nil where units of several prices made up the cost.
    public var listUnitPrice: Credits?
    /// What the account paid, exactly.
    public var cost: Credits
    /// What the provider billed us; nil where it does not say, or to whom it is no business.
    public var providerCost: Credits?
    public var generation: ID<Generation>
    public var mode: Mode
    /// How it ended: `completed`, `failed`, …
    public var state: String

    public init(
        at: Timestamp, account: ID<Account>, accountName: String, key: ID<Key>, keyName: String,
        model: String, provider: String, images: Int, unit: InvoiceDocument.Unit,
        quantity: Quantity, priceVersion: Int, listUnitPrice: Credits?, cost: Credits,
        providerCost: Credits?, generation: ID<Generation>, mode: Mode, state: String
    ) {
        self.at = at
        self.account = account
        self.accountName = accountName
        self.key = key
        self.keyName = keyName
        self.model = model
        self.provider = provider
        self.images = images
        self.unit = unit
        self.quantity = quantity
        self.priceVersion = priceVersion
        self.listUnitPrice = listUnitPrice
        self.cost = cost
        self.providerCost = providerCost
        self.generation = generation
        self.mode = mode
        self.state = state
    }
}

import Documents
import Gateway
import Postgres
import Units

extension Command {
    static let invoicesSellerSet = Command(
        "invoices seller set", "change what invoices will say of who sells",
        partyOptions + [
            .optional("bank-holder", "NAME", "whose account invoices are paid to"),
            .optional("bank-account", "IBAN", "its IBAN or national number"),
            .optional("bank-bic", "BIC", "its bank's code"),
            .optional("bank-name", "NAME", "its bank"),
            .optional("due-days", "N", "days until an invoice is to be paid (default 14)"),
            .optional("reason", "WHY", "for the audit log"),
        ]
    ) { session in
        let options = session.options
        var change = Seller.Change(
            party: options.party, dueDays: try options.integer("due-days", in: 0...365))
        for field in Seller.BankField.allCases {
            if let text = options.text(field.rawValue) { change.bank[field] = text }
        }
        guard !change.isEmpty else { throw UsageFault("nothing to set: see --help") }
        let actor = session.actor
        let asked = change
        try await session.database.transaction { try Seller.set(asked, by: actor, in: $0) }
        return try await sellerShown(session)
    }

    static let invoicesSellerShow = Command(
        "invoices seller show", "show what invoices will say of who sells", []
    ) { try await sellerShown($0) }

    private static func sellerShown(_ session: Session) async throws -> Result {
        let seller = try await session.database.read { try Seller.find(in: $0) }
        let bank: [(String, JSON)] = [
            ("bank_holder", .optional(seller.bank?.holder, JSON.string)),
            ("bank_account", .optional(seller.bank?.number, JSON.string)),
            ("bank_bic", .optional(seller.bank?.bic, JSON.string)),
            ("bank_name", .optional(seller.bank?.bank, JSON.string)),
            ("due_days", .int(Int64(seller.dueDays))),
        ]
        return .record(seller.party.members + bank)
    }

    /// Of whoever is named on invoices.
    static let partyOptions: [Option] = [
        .optional("legal-name", "NAME", "its name, as on invoices"),
        Option(
            name: "address", value: "LINE", isRequired: false,
            help: "street and house, up to three lines, each with --address", isRepeated: true),
        .optional("city", "CITY", "its city"),
        .optional("postal-code", "CODE", "its postal code"),
        .optional("region", "REGION", "its state or province, where addresses have one"),
        .optional("country", "CC", "its country, two letters of ISO 3166-1"),
        .optional("vat-id", "ID", "its VAT id, with its country: DE123456789"),
        .optional("tax-id", "ID", "another registration: an EIN, a commercial register's number"),
        .optional("billing-email", "E", "where questions about invoices go"),
        .optional(
            "electronic-address", "S:ID", "where electronic invoices go: 0088:4012345000009"),
    ]

    /// Of an account's invoices, beside who it is.
    static let billingOptions: [Option] =
        partyOptions + [
            .optional("reference", "TEXT", "what it wants to read on its invoices: a cost centre"),
            .optional("tax-rate", "PERCENT", "tax on its invoices, such as 19 or 8.875"),
            .optional(
                "tax-category", "C",
                "the rule of a rate of 0: Z zero-rated, E exempt, AE reverse charge, G export, O outside"
            ),
            .optional("tax-reason", "TEXT", "why no tax is charged, in your own words"),
        ]
}

extension Options {
    /// What was said of who buys or sells.
    var party: PartyChange {
        var change = PartyChange(address: has("address") ? list("address") : nil)
        for field in PartyChange.Field.allCases {
            if let text = text(field.rawValue) { change.fields[field] = text }
        }
        return change
    }

    /// What was said of an account's invoices.
    func billing() throws -> BillingChange {
        BillingChange(
            party: party, reference: text("reference"),
            taxPPM: try text("tax-rate").map(Command.taxPPM),
            taxCategory: try text("tax-category").map { text in
                guard let category = InvoiceDocument.Category(rawValue: text) else {
                    let words = InvoiceDocument.Category.allCases.map(\.rawValue)
                    throw UsageFault(
                        "--tax-category is one of \(words.joined(separator: ", ")), not '\(text)'")
                }
                return category
            }, taxReason: text("tax-reason"))
    }
}

extension Party {
    /// As told to admins.
    var members: [(String, JSON)] {
        [
            ("legal_name", .string(name)), ("address", .array(address.map(JSON.string))),
            ("city", .optional(city, JSON.string)),
            ("postal_code", .optional(postalCode, JSON.string)),
            ("region", .optional(region, JSON.string)),
            ("country", .optional(country, JSON.string)),
            ("vat_id", .optional(vatID, JSON.string)), ("tax_id", .optional(taxID, JSON.string)),
            ("billing_email", .optional(email, JSON.string)),
            (
                "electronic_address",
                .optional(electronicAddress) { .string("\($0.scheme):\($0.value)") }
            ),
        ]
    }
}

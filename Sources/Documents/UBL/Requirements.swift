import Units

extension InvoiceDocument {
    /// What EN 16931 asks for and this invoice does not say; empty when a file can be made.
    ///
    /// The rules are named as the standard's validation does, so that they can be looked up.
    public var lackingForEN16931: [String] {
        var lacking: [String] = []
        func demand(_ given: Bool, _ sentence: String) {
            if !given { lacking.append(sentence) }
        }
        demand(Self.says(seller.name), "the seller has no name (BR-06)")
        demand(Self.says(buyer.name), "the buyer has no name (BR-07)")
        demand(Self.says(seller.country), "the seller's address has no country (BR-09)")
        demand(Self.says(buyer.country), "the buyer's address has no country (BR-11)")
        demand(!lines.isEmpty, "there are no lines (BR-16)")
        demand(
            seller.vatID != nil || seller.taxID != nil,
            "the seller has neither a VAT id nor a registration (BR-CO-26)")
        for (party, name) in [(seller, "seller"), (buyer, "buyer")] {
            if let id = party.vatID {
                let country = id.prefix(2)
                demand(
                    country.count == 2 && country.allSatisfy { $0.isASCII && $0.isUppercase },
                    "the \(name)'s VAT id does not begin with its country (BR-CO-09)")
            }
        }
        for line in lines where line.unitPrice.nanodollars < 0 {
            demand(false, "line \(line.position) has a negative price (BR-27)")
        }
        for tax in totals.taxes { lacking += lackingFor(tax.rate) }
        return lacking
    }

    private func lackingFor(_ tax: Tax) -> [String] {
        switch tax.category {
        case .standard, .zeroRated, .exempt: []
        case .reverseCharge:
            (seller.vatID != nil || seller.taxID != nil
                ? [] : ["the seller has no VAT id (BR-AE-02)"])
                + (buyer.vatID != nil || buyer.taxID != nil
                    ? [] : ["the buyer has no VAT id (BR-AE-02)"])
        case .export: seller.vatID != nil ? [] : ["the seller has no VAT id (BR-G-02)"]
        case .outside:
            seller.vatID == nil && buyer.vatID == nil
                ? [] : ["a VAT id stands on an invoice that is not subject to VAT (BR-O-02)"]
        }
    }

    private static func says(_ text: String?) -> Bool {
        text?.contains { !$0.isWhitespace } ?? false
    }
}

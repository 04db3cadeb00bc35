public import Units

/// Invoices as JSON. Every amount is an exact decimal in US dollars.
public enum InvoiceJSON {
    public static func bytes(of invoice: InvoiceDocument) -> [UInt8] { value(of: invoice).bytes }

    public static func value(of invoice: InvoiceDocument) -> JSON {
        var corrects: (number: String, issued: CivilDate)?
        if case .creditNote(let number, let issued) = invoice.kind { corrects = (number, issued) }
        return .object([
            ("number", .optional(invoice.number, JSON.string)),
            ("kind", .string(invoice.kind.name)),
            (
                "corrects",
                .optional(corrects) {
                    .object([("number", .string($0.number)), ("issued", day($0.issued))])
                }
            ),
            ("state", .string(invoice.state.rawValue)), ("issued", day(invoice.issued)),
            ("due", .optional(invoice.due, day)), ("period_start", day(invoice.period.first)),
            ("period_end", day(invoice.period.last)), ("account", .id(invoice.account)),
            ("currency", .string("USD")), ("seller", party(invoice.seller)),
            ("buyer", party(invoice.buyer)),
            ("buyer_reference", .optional(invoice.buyerReference, JSON.string)),
            ("lines", .array(invoice.lines.map(line))), ("totals", totals(invoice.totals)),
            ("credits", .optional(invoice.credits, credits)),
            ("bank", .optional(invoice.bank, bank)),
            ("notes", .array(invoice.notes.map(JSON.string))),
        ])
    }

    private static func day(_ day: CivilDate) -> JSON { .string(day.description) }

    private static func cents(_ amount: Cents) -> JSON { .number(amount.dollars) }

    private static func party(_ party: Party) -> JSON {
        .object([
            ("name", .string(party.name)), ("address", .array(party.address.map(JSON.string))),
            ("city", .optional(party.city, JSON.string)),
            ("postal_code", .optional(party.postalCode, JSON.string)),
            ("region", .optional(party.region, JSON.string)),
            ("country", .optional(party.country, JSON.string)),
            ("vat_id", .optional(party.vatID, JSON.string)),
            ("tax_id", .optional(party.taxID, JSON.string)),
            ("email", .optional(party.email, JSON.string)),
            (
                "electronic_address",
                .optional(party.electronicAddress) {
                    .object([("scheme", .string($0.scheme)), ("value", .string($0.value))])
                }
            ),
        ])
    }

    private static func line(_ line: InvoiceDocument.Line) -> JSON {
        .object([
            ("position", .int(line.position)), ("description", .string(line.description)),
            ("model", .string(line.model)), ("unit", .string(line.unit.rawValue)),
            ("quantity", .number(line.quantity.decimal)),
            ("unit_price", .credits(line.unitPrice)), ("price_version", .int(line.priceVersion)),
            ("net", .credits(line.net)), ("tax_category", .string(line.tax.category.rawValue)),
            ("tax_percent", .number(line.tax.percent)),
        ])
    }

    private static func totals(_ totals: InvoiceDocument.Totals) -> JSON {
        .object([
            ("exact", .credits(totals.exact)), ("rounding", .credits(totals.rounding)),
            ("net", cents(totals.net)), ("tax", cents(totals.tax)),
            ("gross", cents(totals.gross)), ("paid", cents(totals.paid)),
            ("due", cents(totals.due)),
            (
                "taxes",
                .array(
                    totals.taxes.map { line in
                        .object([
                            ("category", .string(line.rate.category.rawValue)),
                            ("percent", .number(line.rate.percent)),
                            ("reason", .optional(line.rate.exemption, JSON.string)),
                            ("exact", .credits(line.exact)), ("taxable", cents(line.taxable)),
                            ("tax", cents(line.tax)),
                        ])
                    })
            ),
        ])
    }

    private static func credits(_ credits: InvoiceDocument.CreditsStatement) -> JSON {
        .object([
            ("opening", .credits(credits.opening)), ("bought", .credits(credits.bought)),
            ("promotional", .credits(credits.promotional)),
            ("adjusted", .credits(credits.adjusted)), ("used", .credits(credits.used)),
            ("expired", .credits(credits.expired)), ("closing", .credits(credits.closing)),
        ])
    }

    private static func bank(_ bank: InvoiceDocument.BankAccount) -> JSON {
        .object([
            ("holder", .string(bank.holder)), ("number", .string(bank.number)),
            ("bic", .optional(bank.bic, JSON.string)), ("bank", .optional(bank.bank, JSON.string)),
        ])
    }
}

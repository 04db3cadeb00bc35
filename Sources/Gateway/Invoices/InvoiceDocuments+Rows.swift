import Documents
import Postgres
import Units

/// From rows to what documents say.
extension InvoiceDocuments {
    /// A document without its lines.
    struct Head {
        let id: ID<Invoice>
        let tax: InvoiceDocument.Tax
        let document: InvoiceDocument
    }

    static func readHead(_ row: inout RowReader) throws -> Head {
        let id: ID<Invoice> = try row.next()
        let account: ID<Account> = try row.next()
        let month: CivilDate = try row.next()
        let kind: String = try row.next()
        let state: String = try row.next()
        let number: String? = try row.next()
        let seller = BillingParty(try row.next(JSONText?.self)).party(name: "", email: nil)
        let bank = BillingBank(try row.next(JSONText?.self))
        let buyer = BillingParty(try row.next(JSONText?.self))
            .party(name: try row.next(), email: try row.next())
        let reference: String? = try row.next()
        let notes: [String] = try row.next()
        let category: String = try row.next()
        let ppm: Int32 = try row.next()
        let tax = InvoiceDocument.Tax(
            InvoiceDocument.Category(rawValue: category) ?? .standard, ppm: Int64(ppm),
            reason: try row.next())
        let sums = try readSums(&row, of: tax)
        let due: CivilDate? = try row.next()
        let credits = try readCredits(&row)
        let created: Timestamp = try row.next()
        let finalized: Timestamp? = try row.next()
        let corrected: String? = try row.next()
        let correctedAt: Timestamp? = try row.next()
        let issued = CivilDate(finalized ?? created)
        return Head(
            id: id, tax: tax,
            document: InvoiceDocument(
                number: number,
                kind: Self.kind(
                    kind, corrects: corrected, issued: correctedAt.map { CivilDate($0) } ?? issued),
                state: InvoiceDocument.State(rawValue: state) ?? .draft, issued: issued, due: due,
                period: InvoiceDocument.Period(month: month), account: account, seller: seller,
                buyer: buyer, buyerReference: reference, lines: [], totals: sums,
                credits: kind == Invoice.Kind.statement.rawValue ? credits : nil,
                bank: sums.due > .zero && kind == Invoice.Kind.invoice.rawValue
                    ? bank?.account : nil, notes: notes))
    }

    private static func kind(
        _ word: String, corrects: String?, issued: CivilDate
    ) -> InvoiceDocument.Kind {
        switch Invoice.Kind(rawValue: word) {
        case .invoice, nil: .invoice
        case .statement: .statement
        case .creditNote: .creditNote(corrects: corrects ?? "", issued: issued)
        }
    }

    /// The sums on record, not added up again: what is on record is what the buyer has.
    private static func readSums(
        _ row: inout RowReader, of tax: InvoiceDocument.Tax
    ) throws -> InvoiceDocument.Totals {
        let exact: Credits = try row.next()
        let net: Cents = try row.next()
        let taxed: Cents = try row.next()
        let due: Cents = try row.next()
        return InvoiceDocument.Totals(
            exact: exact,
            taxes: [InvoiceDocument.TaxLine(tax, exact: exact, taxable: net, tax: taxed)],
            paid: net + taxed - due)
    }

    private static func readCredits(
        _ row: inout RowReader
    ) throws -> InvoiceDocument.CreditsStatement? {
        let opening: Credits? = try row.next()
        var rest: [Credits] = []
        for _ in 0..<6 { rest.append(try row.next(Credits?.self) ?? .zero) }
        guard let opening else { return nil }
        return InvoiceDocument.CreditsStatement(
            opening: opening, bought: rest[0], promotional: rest[1], adjusted: rest[2],
            used: rest[3], expired: rest[4], closing: rest[5])
    }

    static func readLine(_ row: inout RowReader) throws -> (ID<Invoice>, InvoiceDocument.Line) {
        let invoice: ID<Invoice> = try row.next()
        let position: Int32 = try row.next()
        let description: String = try row.next()
        let model: String = try row.next()
        let unit: String = try row.next()
        let quantity: Quantity = try row.next()
        let price: Credits = try row.next()
        let version: Int32 = try row.next()
        return (
            invoice,
            InvoiceDocument.Line(
                position: Int(position), description: description, model: model,
                unit: InvoiceDocument.Unit(rawValue: unit) ?? .request, quantity: quantity,
                unitPrice: price, priceVersion: Int(version), net: try row.next(),
                // Of the whole invoice: filled in with it.
                tax: InvoiceDocument.Tax(.standard))
        )
    }
}

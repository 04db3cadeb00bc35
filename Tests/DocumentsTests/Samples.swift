import Documents
import Units

/// Invoices to make files of.
enum Samples {
    static let account = ID<Account>(high: 0x019A_B3C4_D5E6_7001, low: 0x8123_4567_89AB_CDEF)

    static let seller = Party(
        name: "Atelier Images GmbH", address: ["Torstraße 12"], city: "Berlin",
        postalCode: "10119", country: "DE", vatID: "DE123456789", taxID: "HRB 12345 B",
        email: "billing@atelier.example",
        electronicAddress: Party.ElectronicAddress(scheme: "9930", value: "DE123456789"))

    static let buyer = Party(
        name: "Füchse & Söhne <Bilder> Aktiengesellschaft", address: ["Große Straße 7", "Haus B"],
        city: "Köln", postalCode: "50667", country: "DE", vatID: "DE987654321",
        email: "rechnung@fuechse.example",
        electronicAddress: Party.ElectronicAddress(scheme: "EM", value: "rechnung@fuechse.example"))

    static let standard = InvoiceDocument.Tax(.standard, ppm: 190_000)

    static func day(_ text: String) -> CivilDate {
        CivilDate(text) ?? CivilDate(daysSince1970: 0)
    }

    static func dollars(_ text: String) -> Credits {
        Credits(dollars: text) ?? .zero
    }

    /// A line whose net is its quantity times its price.
    static func line(
        _ position: Int, _ description: String, _ model: String,
        _ unit: InvoiceDocument.Unit, _ count: Int64, at price: String, version: Int = 1,
        tax: InvoiceDocument.Tax = standard
    ) -> InvoiceDocument.Line {
        let price = dollars(price)
        return InvoiceDocument.Line(
            position: position, description: description, model: model, unit: unit,
            quantity: Quantity(count), unitPrice: price, priceVersion: version,
            net: Quantity(count).times(price), tax: tax)
    }

    static func fewLines(tax: InvoiceDocument.Tax = standard) -> [InvoiceDocument.Line] {
        [
            line(
                1, "FLUX.2 [pro], output images", "flux-2-pro", .image, 1204, at: "0.035", tax: tax),
            line(
                2, "FLUX.2 [pro], output images", "flux-2-pro", .image, 311, at: "0.0325",
                version: 2, tax: tax),
            line(
                3, "GPT Image 1.5, input text", "gpt-image-1.5", .token, 48_211, at: "0.000005",
                tax: tax),
            line(
                4, "GPT Image 1.5, output images", "gpt-image-1.5", .token, 1_204_117,
                at: "0.000032001", tax: tax),
            line(5, "Seedream 4.5", "seedream-4.5", .megapixel, 77, at: "0.00333", tax: tax),
            line(6, "Test, paid", "test/paid", .request, 3, at: "0.004", tax: tax),
        ]
    }

    static func invoice(
        number: String? = "2026-000042", lines: [InvoiceDocument.Line] = fewLines(),
        kind: InvoiceDocument.Kind = .invoice, state: InvoiceDocument.State = .finalized
    ) -> InvoiceDocument {
        InvoiceDocument(
            number: number, kind: kind, state: state, issued: day("2026-11-01"),
            due: day("2026-11-15"), period: InvoiceDocument.Period(month: day("2026-10-09")),
            account: account, seller: seller, buyer: buyer, buyerReference: "Kostenstelle 4711",
            lines: lines, totals: InvoiceDocument.Totals(of: lines),
            bank: InvoiceDocument.BankAccount(
                holder: "Atelier Images GmbH", number: "DE02120300000000202051", bic: "BYLADEM1001",
                bank: "Deutsche Kreditbank"),
            notes: ["Prices and quantities are exact; the amount is rounded to cents once."])
    }

    static func statement() -> InvoiceDocument {
        var invoice = invoice(number: "2026-000043", kind: .statement)
        invoice.totals = invoice.totals.settled
        invoice.due = nil
        invoice.credits = InvoiceDocument.CreditsStatement(
            opening: dollars("12.5"), bought: dollars("100"), promotional: dollars("5"),
            used: invoice.totals.exact, expired: dollars("0.25"),
            closing: dollars("117.25") - invoice.totals.exact)
        return invoice
    }

    static func creditNote() -> InvoiceDocument {
        var note = invoice(
            number: "2026-000044", lines: Array(fewLines().prefix(2)),
            kind: .creditNote(corrects: "2026-000042", issued: day("2026-11-01")))
        note.due = nil
        note.notes = ["Pictures of 9 October were delivered twice."]
        return note
    }

    /// A capture that its hold capped: a line comes to less than its quantity times its price.
    static func capped() -> InvoiceDocument {
        var lines = fewLines()
        lines[0].net = dollars("41.005")
        return invoice(lines: lines)
    }

    /// Lines of two rates whose rounding goes up in one and down in the other.
    static func twoRates() -> InvoiceDocument {
        let reduced = InvoiceDocument.Tax(.standard, ppm: 70_000)
        return invoice(lines: [
            line(1, "Up", "up", .image, 1, at: "0.004"),
            line(2, "Up again", "up", .image, 1, at: "0.004", version: 2),
            line(3, "Down", "down", .image, 3, at: "0.005", tax: reduced),
            line(4, "Down again", "down", .image, 5, at: "0.005", version: 2, tax: reduced),
        ])
    }

    /// One for each reason to charge no tax.
    static func untaxed() -> [(String, InvoiceDocument)] {
        InvoiceDocument.Category.allCases.filter { $0 != .standard }.map { category in
            var invoice = invoice(lines: fewLines(tax: InvoiceDocument.Tax(category)))
            if category == .outside {
                invoice.seller.vatID = nil
                invoice.buyer.vatID = nil
            }
            return ("untaxed-\(category.rawValue)", invoice)
        }
    }

    static func manyLines(_ count: Int) -> [InvoiceDocument.Line] {
        (1...count).map { number in
            line(
                number,
                number % 7 == 3
                    ? "A model whose name is longer than the column that it stands in, in its third edition, output images"
                    : "Model number \(number)",
                "vendor/model-\(number)", InvoiceDocument.Unit.allCases[number % 4],
                Int64(number * number * 37), at: "0.0\(number)")
        }
    }

    /// Names in scripts that run the other way, combine, or have thousands of characters.
    static func ofTheWorld() -> InvoiceDocument {
        var invoice = invoice(lines: [
            line(1, "画像生成モデル・改", "模型/图像-1", .image, 12, at: "0.04"),
            line(2, "نموذج الصور", "vendor/عربي", .image, 3, at: "0.04"),
            line(3, "Vẽ tranh ế́ (combining), हिन्दी, ไทย, 한국어", "e\u{301}", .image, 1, at: "0.04"),
        ])
        invoice.buyer.name = "株式会社アトリエ & شركة الصور المحدودة"
        invoice.buyer.address = ["東京都千代田区丸の内1-9-2", "ул. Ленина, д. 5", "Οδός Ερμού 3"]
        invoice.buyer.city = "Đà Nẵng"
        return invoice
    }

    /// In the last hour of October.
    static let usage = UsageRow(
        at: day("2026-11-01").midnight - .seconds(1), account: account, accountName: "Füchse, GmbH",
        key: ID<Key>(high: 0x019A_0000_0000_7000, low: 1), keyName: "main", model: "gpt-image-1.5",
        provider: "openai", images: 4, unit: .token, quantity: Quantity(1_204_117), priceVersion: 3,
        listUnitPrice: dollars("0.000032001"), cost: dollars("38.532948117"), providerCost: nil,
        generation: ID<Generation>(high: 0x019A_0000_0000_7000, low: 2), mode: .live,
        state: "completed")
}

import FoundationEssentials
import Testing
import Units

@testable import Documents

@Suite struct TableTests {
    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=\u{301}1", "＝1"])
    func aSpreadsheetRunsNoNameAsAFormula(name: String) throws {
        var invoice = Samples.invoice()
        invoice.buyer.name = name
        invoice.lines[0].description = name
        var row = Samples.usage
        row.accountName = name
        row.keyName = name
        row.model = name
        var files = [InvoiceCSV.bytes(of: invoice), [], [], [], []]
        XeroCSV().append(invoice, to: &files[1])
        QuickBooksCSV().append(invoice, to: &files[2])
        UsageCSV.append(row, to: &files[3])
        FocusCSV(issuer: name, service: name).append(row, to: &files[4])
        for bytes in files {
            let fields = Self.fields(bytes).flatMap(\.self)
            #expect(fields.contains { $0.hasPrefix("'" + name) })
            #expect(!fields.contains { $0.unicodeScalars.starts(with: name.unicodeScalars) })
        }
    }

    @Test func figuresStayFigures() {
        var invoice = Samples.invoice()
        invoice.lines[0].net = Samples.dollars("-0.004")
        let rows = Self.fields(InvoiceCSV.bytes(of: invoice))
        #expect(rows[0] == InvoiceCSV.columns)
        #expect(rows[1][16] == "-0.004")
        #expect(rows[4][13...16] == ["1204117", "0.000032001", "1", "38.532948117"])
        #expect(rows.allSatisfy { $0.count == InvoiceCSV.columns.count })
    }

    @Test func accountingRowsAddUpToTheInvoice() {
        let invoices = [
            Samples.invoice(), Samples.twoRates(), Samples.capped(), Samples.statement(),
            Samples.invoice(lines: Samples.manyLines(150)),
        ]
        for invoice in invoices {
            var bytes: [UInt8] = []
            XeroCSV().appendHead(to: &bytes)
            XeroCSV().append(invoice, to: &bytes)
            let xero = Self.fields(bytes)
            #expect(xero.allSatisfy { $0.count == XeroCSV.columns.count })
            #expect(Self.sum(xero, "*UnitAmount") == invoice.totals.net.credits)
            #expect(Self.sum(xero, "TaxAmount") == invoice.totals.tax.credits)
            bytes = []
            QuickBooksCSV().appendHead(to: &bytes)
            QuickBooksCSV().append(invoice, to: &bytes)
            let books = Self.fields(bytes)
            #expect(books.allSatisfy { $0.count == QuickBooksCSV.columns.count })
            #expect(Self.sum(books, "*ItemAmount") == invoice.totals.net.credits)
            #expect(Self.sum(books, "ItemTaxAmount") == invoice.totals.tax.credits)
        }
    }

    @Test func xeroTakesACreditNoteByItsSign() {
        var bytes: [UInt8] = []
        XeroCSV().appendHead(to: &bytes)
        XeroCSV().append(Samples.creditNote(), to: &bytes)
        #expect(Self.sum(Self.fields(bytes), "*UnitAmount").dollars == "-52.25")
        #expect(!QuickBooksCSV.takes(Samples.creditNote()))
    }

    @Test func draftsAreNotImported() {
        var bytes: [UInt8] = []
        for state in [InvoiceDocument.State.draft, .void] {
            XeroCSV().append(Samples.invoice(state: state), to: &bytes)
            QuickBooksCSV().append(Samples.invoice(state: state), to: &bytes)
        }
        #expect(bytes == [])
    }

    @Test func jsonHasExactAmounts() throws {
        struct Read: Decodable {
            struct Line: Decodable { let unit_price: Decimal, net: Decimal, quantity: Decimal }
            struct Totals: Decodable { let exact: Decimal, rounding: Decimal, due: Decimal }
            struct Party: Decodable { let name: String }
            let number: String
            let kind: String
            let buyer: Party
            let lines: [Line]
            let totals: Totals
        }
        let bytes = InvoiceJSON.bytes(of: Samples.invoice())
        let text = String(decoding: bytes, as: UTF8.self)
        for amount in ["\"net\":38.532948117", "\"rounding\":0.000086883", "\"due\":108.64"] {
            #expect(text.contains(amount))
        }
        let read = try JSONDecoder().decode(Read.self, from: Data(bytes))
        #expect(read.number == "2026-000042" && read.kind == "invoice" && read.lines.count == 6)
        #expect(read.buyer.name == Samples.buyer.name)
    }

    @Test func usageIsExactInEveryForm() throws {
        var bytes: [UInt8] = []
        UsageCSV.appendHead(to: &bytes)
        UsageCSV.append(Samples.usage, to: &bytes)
        let rows = Self.fields(bytes)
        #expect(rows[0] == UsageCSV.columns && rows[1].count == rows[0].count)
        #expect(rows[1][12] == "38.532948117")
        bytes = []
        UsageJSONLines.append(Samples.usage, to: &bytes)
        UsageJSONLines.append(Samples.usage, to: &bytes)
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines[0].contains("\"cost\":38.532948117,\"provider_cost\":null"))
    }

    @Test func focusHasItsColumns() {
        var bytes: [UInt8] = []
        let focus = FocusCSV(issuer: "Atelier Images GmbH")
        focus.appendHead(to: &bytes)
        focus.append(Samples.usage, to: &bytes)
        var several = Samples.usage
        several.listUnitPrice = nil
        focus.append(several, to: &bytes)
        let rows = Self.fields(bytes)
        #expect(rows[0].count == 43 && rows[0] == rows[0].sorted())
        let row = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[1]))
        #expect(rows[1].count == 43)
        #expect(row["BilledCost"] == "38.532948117")
        #expect(row["ListCost"] == "38.532948117")
        #expect(row["ContractedUnitPrice"] == "0.000032001")
        #expect(row["BillingPeriodStart"] == "2026-10-01T00:00:00Z")
        #expect(row["BillingPeriodEnd"] == "2026-11-01T00:00:00Z")
        #expect(row["ChargePeriodStart"] == "2026-10-31T23:00:00Z")
        #expect(row["ChargePeriodEnd"] == "2026-11-01T00:00:00Z")
        #expect(row["ChargeCategory"] == "Usage" && row["ChargeClass"] == "")
        #expect(row["SkuPriceId"] == "openai/gpt-image-1.5/token/v3")
        #expect(
            row["SubAccountName"] == "main" && row["InvoiceIssuerName"] == "Atelier Images GmbH")
        #expect(row["Tags"] == #"{"atelier/mode":"live","atelier/state":"completed"}"#)
        let whole = Dictionary(uniqueKeysWithValues: zip(rows[0], rows[2]))
        #expect(whole["PricingQuantity"] == "1" && whole["ListUnitPrice"] == "38.532948117")
    }

    /// The sum of a column, below its head.
    private static func sum(_ rows: [[String]], _ column: String) -> Credits {
        guard let index = rows.first?.firstIndex(of: column) else { return .zero }
        return rows.dropFirst().reduce(.zero) { $0 + Samples.dollars($1[index]) }
    }

    /// A reader of its own for what was written: RFC 4180.
    private static func fields(_ bytes: [UInt8]) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field: [UInt8] = []
        var quoted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            let next = index + 1 < bytes.count ? bytes[index + 1] : 0
            switch (byte, quoted) {
            case (0x22, true) where next == 0x22:
                field.append(byte)
                index += 1
            case (0x22, _): quoted.toggle()
            case (0x2C, false), (0x0D, false):
                row.append(String(decoding: field, as: UTF8.self))
                field = []
                if byte == 0x0D {
                    rows.append(row)
                    row = []
                    index += 1
                }
            default: field.append(byte)
            }
            index += 1
        }
        return rows
    }
}

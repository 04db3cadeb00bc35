import DatabaseSupport
import Documents
import FoundationEssentials
import Testing
import Units

@Suite struct UBLTests {
    /// What the validators say of one file.
    private struct Verdict: Decodable {
        let file: String
        let schema: [String]
        let rules: [String]
    }

    private func verdicts(_ files: [(name: String, bytes: [UInt8])]) async throws -> [Verdict] {
        let workshop = try Workshop()
        let file = #filePath
        let script =
            file.prefix(upTo: file.lastIndex(of: "/") ?? file.startIndex) + "/validate_ubl.py"
        for (name, bytes) in files { try workshop.write(name, bytes) }
        let paths = files.map { "\(workshop.folder)/\($0.name)" }
        let result = try await workshop.run(TestServer.python, [String(script)] + paths)
        try #require(result.code == 0, "\(result.output)")
        let verdicts = try result.output.split(separator: "\n").map {
            try JSONDecoder().decode(Verdict.self, from: Data($0.utf8))
        }
        try #require(verdicts.map(\.file) == files.map(\.name))
        return verdicts
    }

    @Test func everyKindOfDocumentIsValid() async throws {
        var files: [(name: String, bytes: [UInt8])] = [
            ("invoice", try UBL.bytes(of: Samples.invoice())),
            ("statement", try UBL.bytes(of: Samples.statement())),
            ("credit-note", try UBL.bytes(of: Samples.creditNote())),
            ("world", try UBL.bytes(of: Samples.ofTheWorld())),
            ("long", try UBL.bytes(of: Samples.invoice(lines: Samples.manyLines(200)))),
            ("capped", try UBL.bytes(of: Samples.capped())),
            ("two-rates", try UBL.bytes(of: Samples.twoRates())),
        ]
        for (name, invoice) in Samples.untaxed() {
            files.append((name, try UBL.bytes(of: invoice)))
        }
        for verdict in try await verdicts(files) {
            #expect(verdict.schema == [], "\(verdict.file)")
            #expect(verdict.rules == [], "\(verdict.file)")
        }
    }

    /// Of a rate's taxable amount the rules allow a cent too much (BR-S-08): that is no total.
    @Test func oneCentMoreInAnyTotalIsInvalid() async throws {
        let right = String(decoding: try UBL.bytes(of: Samples.twoRates()), as: UTF8.self)
        let totals = [
            "cbc:LineExtensionAmount", "cbc:TaxExclusiveAmount", "cbc:TaxInclusiveAmount",
            "cbc:ChargeTotalAmount", "cbc:AllowanceTotalAmount", "cbc:PayableAmount",
            "cbc:TaxAmount",
        ]
        var files: [(name: String, bytes: [UInt8])] = []
        for name in totals {
            // Of elements with that name the last but the lines' stands where a total stands.
            let head = right.prefix(
                upTo: try #require(right.firstRange(of: "<cac:InvoiceLine>")).lowerBound)
            let start = try #require(
                head.ranges(of: "<\(name) currencyID=\"USD\">").last, "\(name)"
            ).upperBound
            let end = try #require(right[start...].firstIndex(of: "<"))
            let amount = try #require(Credits(dollars: right[start..<end]))
            var wrong = right
            wrong.replaceSubrange(start..<end, with: (amount + Cents(1).credits).dollars)
            files.append((name.replacing("cbc:", with: ""), Array(wrong.utf8)))
        }
        for verdict in try await verdicts(files) {
            #expect(verdict.schema == [])
            #expect(verdict.rules.contains { $0.hasPrefix("BR-") }, "\(verdict.file)")
        }
    }

    @Test func whatAnInvoiceDoesNotSayIsNamed() throws {
        var invoice = Samples.invoice()
        invoice.buyer.country = nil
        invoice.seller.vatID = nil
        invoice.seller.taxID = nil
        #expect(
            throws: UBL.Unsuitable.lacks([
                "the buyer's address has no country (BR-11)",
                "the seller has neither a VAT id nor a registration (BR-CO-26)",
            ])
        ) { try UBL.bytes(of: invoice) }
        #expect(throws: UBL.Unsuitable.draft) {
            try UBL.bytes(of: Samples.invoice(number: nil, state: .draft))
        }
        #expect(throws: UBL.Unsuitable.void) { try UBL.bytes(of: Samples.invoice(state: .void)) }
    }

    /// Quantity times price less the allowance is the line's amount, for a reader who multiplies.
    @Test func aCappedLineSaysWhatItLacks() throws {
        let text = String(decoding: try UBL.bytes(of: Samples.capped()), as: UTF8.self)
        #expect(text.contains(">As reserved</cbc:AllowanceChargeReason>"))
        #expect(text.contains("<cbc:Amount currencyID=\"USD\">1.13</cbc:Amount>"))
        #expect(text.contains("<cbc:LineExtensionAmount currencyID=\"USD\">41.01<"))
        #expect(text.contains("<cbc:Value>41.005</cbc:Value>"))
    }

    @Test func textsCannotBreakOut() throws {
        var invoice = Samples.invoice()
        invoice.buyer.name = "A & B <cbc:ID>\"'\u{0}\u{1B}"
        let text = String(decoding: try UBL.bytes(of: invoice), as: UTF8.self)
        #expect(text.contains("A &amp; B &lt;cbc:ID&gt;&quot;'\u{FFFD}\u{FFFD}"))
    }
}

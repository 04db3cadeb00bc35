import Testing
import Units

@testable import Documents

@Suite struct InvoicePDFTests {
    @Test func itIsASoundFileThatSaysWhatItIs() async throws {
        let workshop = try Workshop()
        let invoice = Samples.invoice()
        let path = try workshop.write("invoice.pdf", try InvoicePDF.bytes(of: invoice))
        let checked = try await workshop.run("qpdf", ["--check", path])
        #expect(checked.code == 0, "\(checked.output)")
        #expect(checked.output.contains("No syntax or stream encoding errors found"))
        let info = try await workshop.run("pdfinfo", ["-isodates", path])
        #expect(info.output.contains("Title:           Invoice 2026-000042"))
        #expect(info.output.contains("Author:          Atelier Images GmbH"))
        #expect(info.output.contains("CreationDate:    2026-11-01T00:00:00Z"))
        #expect(info.output.contains("Pages:           1"))
        #expect(info.output.contains("(A4)"))
        let text = try await text(of: invoice)
        for word in [
            "Füchse & Söhne <Bilder>", "1,204,117", "0.000032001", "38.532948117",
            "91.289913117", "0.000086883", "17.35", "USD 108.64", "DE02120300000000202051",
            "Page 1 of 1", "019ab3c4-d5e6-7001-8123-456789abcdef",
        ] {
            #expect(text.contains(word), "\(word) in \(text)")
        }
    }

    @Test func theSameInvoiceIsTheSameFile() throws {
        let invoice = Samples.ofTheWorld()
        #expect(try InvoicePDF.bytes(of: invoice) == InvoicePDF.bytes(of: invoice))
    }

    @Test func namesOfEveryScriptAreThere() async throws {
        let text = try await text(of: Samples.ofTheWorld())
        for word in [
            "株式会社アトリエ", "東京都千代田区", "ул. Ленина", "Οδός Ερμού", "Đà Nẵng", "画像生成",
            "한국어", "ไทย", "हिन्दी",
        ] {
            #expect(text.contains(word), "\(word) in \(text)")
        }
        // Letters that join are other characters in the text of a PDF; these two stand alone.
        #expect(text.contains("شركة") || text.unicodeScalars.contains("\u{634}"))
    }

    @Test func longTablesBreakBetweenLinesAndRepeatTheirHeads() async throws {
        let pages = try await text(of: Samples.invoice(lines: Samples.manyLines(120)))
            .split(separator: "\u{C}")
        #expect(pages.count > 4)
        for (index, page) in pages.enumerated() {
            #expect(page.contains("Unit price") && page.contains("Amount USD"))
            #expect(page.contains("Page \(index + 1) of \(pages.count)"))
        }
    }

    /// Every position is there once, in order, above the footer; and the totals follow two lines.
    @Test(arguments: 1...60) func noTotalStandsAlone(count: Int) throws {
        var invoice = Samples.invoice(lines: Samples.manyLines(count))
        invoice.credits = Samples.statement().credits
        let sheet = InvoicePDF.sheet(of: invoice)
        var positions: [[String]] = []
        var totals: [Int] = []
        for (index, page) in sheet.pages.enumerated() {
            var found: [String] = []
            for case .text(let text, let x, let y) in page {
                #expect(
                    y + sheet.canvas.size(of: text).height <= Sheet.bottom + 1, "\(text.string)")
                if x == Sheet.left + 14, text.ink == .pale { found.append(text.string) }
                if text.string == invoice.amountLabel { totals.append(index) }
            }
            positions.append(found)
        }
        #expect(positions.flatMap(\.self) == (1...count).map(String.init))
        let page = try #require(totals.last)
        #expect(totals.count == 1)
        #expect(positions[page].count >= min(count, 2))
    }

    @Test func aNoteLongerThanAPageGoesOn() async throws {
        var invoice = Samples.invoice()
        invoice.notes = [String(repeating: "Words of a note that goes on. ", count: 400)]
        let text = try await text(of: invoice)
        #expect(text.ranges(of: "goes on.").count == 400)
        #expect(text.contains("Page 2 of"))
    }

    @Test(arguments: InvoiceDocument.State.allCases)
    func whatNobodyShouldPaySaysSoOnEveryPage(state: InvoiceDocument.State) {
        let expected: [InvoiceDocument.State: String] = [.draft: "DRAFT", .void: "VOID"]
        let sheet = InvoicePDF.sheet(
            of: Samples.invoice(lines: Samples.manyLines(40), state: state))
        for page in sheet.pages {
            let stamps = page.compactMap { if case .stamp(let word) = $0 { word } else { nil } }
            #expect(stamps == (expected[state].map { [$0] } ?? []))
        }
    }

    @Test func noNamePushesAnythingOffItsPage() throws {
        let long = String(repeating: "Donaudampfschifffahrt\u{0}\u{7}\n", count: 400)
        var invoice = Samples.invoice()
        invoice.seller.name = long
        invoice.buyer.name = long
        invoice.buyer.address = Array(repeating: long, count: 40)
        invoice.buyerReference = long
        invoice.lines[0].description = long
        invoice.notes = [long]
        let sheet = InvoicePDF.sheet(of: invoice)
        for case .text(let text, _, let y) in sheet.pages.flatMap(\.self) {
            #expect(y + sheet.canvas.size(of: text).height <= Sheet.bottom + 1, "\(text.string)")
        }
        #expect(try InvoicePDF.bytes(of: invoice).count > 10_000)
    }

    @Test func anInvoiceOfNothingHasAPage() async throws {
        #expect(try await text(of: Samples.invoice(lines: [])).contains("Nothing was used"))
    }

    private func text(of invoice: InvoiceDocument) async throws -> String {
        let workshop = try Workshop()
        let path = try workshop.write("invoice.pdf", try InvoicePDF.bytes(of: invoice))
        let result = try await workshop.run("pdftotext", ["-layout", path, "-"])
        try #require(result.code == 0, "\(result.output)")
        return result.output
    }
}

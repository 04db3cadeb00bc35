import DatabaseSupport
import FoundationEssentials
import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

@testable import atelier_admin

/// A month closed at the command line.
@Suite struct InvoiceCommandTests {
    private static let sellerWords = [
        "invoices", "seller", "set", "--legal-name", "Atelier Images GmbH", "--address",
        "Torstraße 12", "--city", "Berlin", "--country", "DE", "--vat-id", "DE123456789",
        "--bank-holder", "Atelier", "--bank-account", "DE02120300000000202051",
    ]

    private func withUse(
        _ body: @escaping @Sendable (TestGateway, AdminDesk, Customer) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(creditLimit: "100")
            try await gateway.charge(acme, [.line(1, 2, 8)], images: 2)
            try await gateway.endMonth()
            try await body(gateway, AdminDesk(gateway: gateway), acme)
        }
    }

    @Test func aMonthIsClosedPaidAndCorrected() async throws {
        try await withUse { gateway, desk, acme in
            let seller = try await desk.run(Self.sellerWords)
            #expect(seller.json.contains(#""vat_id":"DE123456789""#))
            let account = try await desk.run(
                "accounts", "set", "--account", "\(acme.account)", "--legal-name", "Füchse & Söhne",
                "--country", "DE", "--tax-rate", "19", "--reference", "Kostenstelle 7")
            #expect(account.json.contains(#""reference":"Kostenstelle 7""#))
            let drafts = try await desk.run("invoices", "generate", "--month", "2026-11")
            #expect(drafts.json.contains(#""drafts":1"#))
            let made = try await desk.run("invoices", "finalize", "--month", "2026-11")
            #expect(!made.refused && made.json.contains(#""first":"2026-000001""#))
            let shown = try await desk.run("invoices", "show", "2026-000001")
            #expect(shown.text.contains("Paid test picture, output images"), "\(shown.text)")
            #expect(shown.json.contains(#""due":9.52"#))
            let note = try await desk.run(
                "invoices", "credit-note", "--invoice", "2026-000001", "--amount", "2", "--reason",
                "made twice")
            #expect(note.json.contains(#""number":"2026-000002""#))
            let paid = try await desk.run(
                "invoices", "pay", "2026-000001", "--amount", "7.14", "--reference", "line 3")
            #expect(paid.json.contains(#""state":"paid""#), "\(paid.json)")
            #expect(try await gateway.wallet(of: acme).posted == .zero)
            let list = try await desk.run("invoices", "list", "--month", "2026-11")
            #expect(list.json.contains("2026-000001") && list.json.contains("credit_note"))
            let id = try #require(try await gateway.invoices(of: acme).first?.id)
            #expect(
                try await desk.audited("\(id)") == [
                    "invoice.finalized: - by cli:ann", "invoice.credited: made twice by cli:ann",
                    "invoice.paid: - by cli:ann",
                ])
        }
    }

    @Test func whatIsMissingIsSaid() async throws {
        try await withUse { _, desk, _ in
            _ = try await desk.run("invoices", "generate", "--month", "2026-11")
            let refused = try await desk.run("invoices", "finalize", "--month", "2026-11")
            #expect(refused.refused && refused.text.contains("the seller has no name (BR-06)"))
            await #expect(throws: Refusal.self) {
                try await desk.run("invoices", "generate", "--month", "2026-12")
            }
            await #expect(throws: Refusal.self) {
                try await desk.run("invoices", "show", "2026-000001")
            }
            for words in [
                ["--country", "Germany"], ["--vat-id", "123"], ["--electronic-address", "x"],
            ] {
                await #expect(throws: Refusal.self, "\(words)") {
                    try await desk.run(["invoices", "seller", "set"] + words)
                }
            }
        }
    }

    @Test func whatHasNoFileIsSkippedAndNamed() async throws {
        try await withUse { gateway, desk, acme in
            _ = try await desk.run(Self.sellerWords)
            _ = try await desk.run(
                "accounts", "set", "--account", "\(acme.account)", "--country", "DE")
            try await gateway.closeMonth()
            _ = try await gateway.void("2026-000001")
            try await gateway.closeMonth()
            let folder = "/tmp/atelier-test-export-\(UInt64.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { Files.removeAll(below: folder) }
            let told = try await desk.run(
                "invoices", "export", "--format", "ubl", "--month", "2026-11", "--output", folder)
            #expect(told.json.contains(#""documents":1"#) && told.json.contains(#""skipped":1"#))
            #expect(told.text.contains("not 2026-000001: There is no file of EN 16931"))
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder) == ["2026-000002.xml"])
            await #expect(throws: Refusal.self) {
                _ = try await desk.run(
                    "invoices", "export", "--format", "ubl", "--invoice", "2026-000001", "--output",
                    "\(folder)/void.xml")
            }
        }
    }

    @Test func theJournalBeginsWithWhatIsNotKept() async throws {
        try await withGateway(auditing: false) { gateway in
            let acme = try await gateway.customer(credits: "5")
            let owner = Database(url: gateway.url, connections: 1)
            defer { owner.close() }
            try await owner.transaction { transaction in
                try transaction.send(
                    """
                    insert into wallet_checkpoint (account_id, mode, month, number, chain, postings,
                        posted, captured)
                    values (\(acme.account), 'live', '2026-10-01', 1, '', 1, 7000000000, 0)
                    """)
            }
            let path = "\(gateway.directory)/journal"
            _ = try await AdminDesk(gateway: gateway).run(
                "invoices", "export", "--format", "hledger", "--output", path)
            let text = String(
                decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
            #expect(text.contains("2026-10-31 * (brought-forward-\(acme.account))"), "\(text)")
            #expect(text.contains("equity:book-opening  7.000000000 USD"), "\(text)")
        }
    }

    @Test func everyFormatIsExported() async throws {
        try await withUse { gateway, desk, acme in
            _ = try await desk.run(Self.sellerWords)
            _ = try await desk.run(
                "accounts", "set", "--account", "\(acme.account)", "--country", "DE")
            _ = try await desk.run("invoices", "generate", "--month", "2026-11")
            _ = try await desk.run("invoices", "finalize", "--month", "2026-11")
            let folder = "/tmp/atelier-test-export-\(UInt64.random(in: 0 ... .max))"
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true)
            defer { Files.removeAll(below: folder) }
            for format in ExportFormat.allCases {
                let path = "\(folder)/one.\(format.ending)"
                let which = format.journal == nil ? ["--invoice", "2026-000001"] : []
                _ = try await desk.run(
                    ["invoices", "export", "--format", format.rawValue, "--output", path] + which)
                let one = try #require(FileManager.default.contents(atPath: path))
                #expect(one.count > 100, "\(format)")
                if format.journal != nil { continue }
                let target = format.isOneFileEach ? folder : "\(folder)/all.\(format.ending)"
                _ = try await desk.run(
                    "invoices", "export", "--format", format.rawValue, "--month", "2026-11",
                    "--output", target)
                let whole = format.isOneFileEach ? "\(folder)/2026-000001.\(format.ending)" : target
                let all = try #require(FileManager.default.contents(atPath: whole))
                let expected = format == .json ? Data("[".utf8) + one + Data("]\n".utf8) : one
                #expect(all == expected, "\(format)")
            }
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: folder)
                    .allSatisfy { !$0.hasSuffix(".part") })
        }
    }
}

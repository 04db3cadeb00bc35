import Gateway
import GatewaySupport
import HTTP
import Providers
import Signing
import Testing
import Units

/// Invoices as their accounts see them.
@Suite struct InvoiceAPITests {
    /// A caller with a finalized invoice of one account and another account beside it.
    private func withInvoice(
        _ body: (Caller, Customer, Customer, InvoiceRecord) async throws -> Void
    ) async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            try await gateway.sell()
            let acme = try await gateway.buyer(creditLimit: "100")
            let other = try await gateway.buyer(credits: "5")
            try await gateway.charge(acme, [.line(1, 2, 8)], images: 2)
            try await gateway.endMonth()
            try await gateway.closeMonth()
            let invoice = try #require(try await gateway.invoices(of: acme).first)
            try await body(caller, acme, other, invoice)
        }
    }

    @Test func anAccountSeesItsOwn() async throws {
        try await withInvoice { caller, acme, other, invoice in
            let list = try await caller.get("/v1/invoices", as: acme)
            #expect(list.status == 200)
            let page = try #require(JSONValue(json: list.body))
            guard case .array(let invoices) = page["invoices"] else {
                Issue.record("\(list.body)")
                return
            }
            #expect(invoices.count == 1 && invoices[0]["number"]?.text == "2026-000001")
            #expect(invoices[0]["state"]?.text == "finalized")
            let text = String(decoding: list.body, as: UTF8.self)
            #expect(text.contains(#""gross":9.52,"due":9.52"#), "\(text)")
            #expect(text.contains("\(TestGateway.publicURL)/v1/invoices/\(invoice.id).pdf"))
            for path in ["\(invoice.id)", "2026-000001"] {
                let one = try await caller.get("/v1/invoices/\(path)", as: acme)
                #expect(one.status == 200)
                #expect(JSONValue(json: one.body)?["document"]?["seller"] != nil)
            }
            // Another's is not there, by whatever name.
            for path in ["\(invoice.id)", "2026-000001", "\(invoice.id).pdf", "2026-000001.json"] {
                #expect(try await caller.get("/v1/invoices/\(path)", as: other).status == 404)
            }
            #expect(try await caller.get("/v1/invoices/\(invoice.id)").status == 401)
        }
    }

    @Test func everyFileComesAsItIs() async throws {
        try await withInvoice { caller, acme, _, invoice in
            let files: [(String, String, String)] = [
                ("pdf", "application/pdf", "%PDF-"), ("csv", "text/csv; charset=utf-8", "invoice,"),
                ("json", "application/json", "{\"number\":\"2026-000001\""),
                ("xml", "application/xml", "<?xml"),
            ]
            for (ending, type, start) in files {
                let file = try await caller.get("/v1/invoices/\(invoice.id).\(ending)", as: acme)
                #expect(file.status == 200 && file.headers["Content-Type"] == type)
                #expect(
                    file.headers["Content-Disposition"]
                        == "attachment; filename=\"2026-000001.\(ending)\"")
                #expect(file.body.starts(with: start.utf8), "\(ending)")
                let etag = try #require(file.headers["ETag"])
                let again = try await caller.send(
                    "GET", "/v1/invoices/\(invoice.id).\(ending)",
                    [
                        "Authorization": "Bearer \(acme.text.secret.reveal())",
                        "If-None-Match": etag,
                    ])
                #expect(again.status == 304 && again.body.isEmpty)
            }
            for path in ["\(invoice.id).exe", "\(invoice.id).", "x", "2026-1", "2026-000099"] {
                #expect(try await caller.get("/v1/invoices/\(path)", as: acme).status == 404)
            }
        }
    }

    @Test func aFileChangesWithItsState() async throws {
        try await withInvoice { caller, acme, _, invoice in
            let before = try await caller.get("/v1/invoices/\(invoice.id).pdf", as: acme)
            _ = try await caller.gateway.void("2026-000001")
            let after = try await caller.get("/v1/invoices/\(invoice.id).pdf", as: acme)
            #expect(before.headers["ETag"] != after.headers["ETag"] && before.body != after.body)
            let xml = try await caller.get("/v1/invoices/\(invoice.id).xml", as: acme)
            #expect(xml.status == 409)
        }
    }

    @Test func draftsAreNotShown() async throws {
        try await Caller.with { caller in
            let gateway = caller.gateway
            let acme = try await gateway.buyer(creditLimit: "100")
            try await gateway.charge(acme, [.line(1, 2, 8)], images: 2)
            try await gateway.endMonth()
            try await gateway.draft()
            let draft = try #require(try await gateway.invoices(of: acme).first)
            let list = try await caller.get("/v1/invoices", as: acme)
            #expect(String(decoding: list.body, as: UTF8.self).contains(#""invoices":[]"#))
            #expect(try await caller.get("/v1/invoices/\(draft.id)", as: acme).status == 404)
        }
    }

    @Test func pagesFollowOneAnother() async throws {
        try await withInvoice { caller, acme, _, _ in
            for key in ["a", "b", "c"] {
                try await caller.gateway.credit("2026-000001", .amount(Cents(100)), key: key)
            }
            var seen: [String] = []
            var cursor = ""
            repeat {
                let answer = try await caller.get("/v1/invoices?limit=2\(cursor)", as: acme)
                let page = try #require(JSONValue(json: answer.body))
                guard case .array(let invoices) = page["invoices"] else { break }
                seen += invoices.compactMap { $0["number"]?.text }
                guard let next = page["next_cursor"]?.text else { break }
                cursor = "&cursor=\(next)"
            } while seen.count < 10
            #expect(seen == ["2026-000005", "2026-000004", "2026-000003", "2026-000001"])
        }
    }
}

import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// `verify` must notice what hands could do to invoices, and say where.
@Suite struct InvoiceAuditTests {
    /// Runs `damage` past every trigger on two accounts with a partly paid and partly credited invoice
    /// each, and answers what is found.
    private func findings(after damage: String) async throws -> [String: String] {
        var found: [String: String] = [:]
        try await withGateway(auditing: false) { gateway in
            try await gateway.sell()
            for _ in 0..<2 {
                let acme = try await gateway.buyer(creditLimit: "100")
                try await gateway.charge(acme, [.line(1, 2, 8)], images: 2)
                try await gateway.charge(acme, [.line(1, 1, 3)], priceVersion: 2)
            }
            try await gateway.endMonth()
            try await gateway.closeMonth()
            try await gateway.pay("2026-000001", 100, key: "a")
            try await gateway.credit("2026-000001", .lines([2]), key: "b")
            let clean = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            #expect(clean.findings.map(\.check) == [])
            try await gateway.database.transaction { transaction in
                try transaction.execute("set local role none")
                try transaction.execute("set local session_replication_role = replica")
                #expect(try transaction.execute(SQL(stringLiteral: damage)) > 0)
            }
            let audit = try await Audit.run(on: gateway.database, at: gateway.time.clock.now)
            for finding in audit.findings { found[finding.check] = finding.detail }
        }
        return found
    }

    @Test func aLineChangedByHandIsNamed() async throws {
        let found = try await findings(
            after: """
                update invoice_line set amount = amount + 1 where position = 1
                    and invoice_id = (select id from invoice where number = '2026-000002')
                """)
        #expect(
            Set(found.keys) == [
                "an invoice is the sum of its lines", "a line is its quantity times its price",
                "what is final says what it said", "usage and invoice lines agree",
            ])
        #expect(
            found["a line is its quantity times its price"]?.hasPrefix(
                "line 1 of invoice 2026-000002") == true)
        #expect(
            found["usage and invoice lines agree"]?.contains(
                "8000000001 nanodollars in its lines, 8000000000 in the usage") == true)
    }

    @Test func aLineChangedTogetherWithItsInvoiceIsFoundToo() async throws {
        let found = try await findings(
            after: """
                with line as (
                    update invoice_line l set amount = amount + 1000000000, quantity = 2.25
                    from invoice i
                    where i.id = l.invoice_id and i.number = '2026-000002' and l.position = 1
                )
                update invoice set exact = exact + 1000000000, used = used + 1000000000,
                    closing = closing - 1000000000,
                    net_cents = net_cents + 100, tax_cents = tax_cents + 19
                where number = '2026-000002'
                """)
        #expect(found["usage and invoice lines agree"] != nil)
        #expect(found["what is final says what it said"] != nil)
    }

    @Test(arguments: [
        (
            "update invoice set tax_cents = tax_cents - 1, due_cents = due_cents - 1 where number = '2026-000002'",
            "an invoice is rounded once"
        ),
        (
            "update invoice set tax_cents = tax_cents - 1, due_cents = due_cents - 1 where kind = 'credit_note'",
            "an invoice is rounded once"
        ),
        (
            "update invoice set buyer = '{\"name\":\"X\"}' where number = '2026-000002'",
            "what is final says what it said"
        ),
        ("update invoice_line set description = 'X'", "what is final says what it said"),
        ("delete from invoice where number = '2026-000002'", "numbers of invoices have no gap"),
        ("update invoice_number set next = next + 1", "numbers of invoices have no gap"),
        ("update invoice_number set next = next - 1", "numbers of invoices have no gap"),
        (
            "update usage_day set amount = amount + unit_amount, quantity = quantity + 1",
            "usage and invoice lines agree"
        ),
        (
            "update invoice_payment set amount_cents = 5000",
            "an invoice is paid when nothing is due"
        ),
        (
            "update invoice set state = 'paid', paid_at = finalized_at where number = '2026-000002'",
            "an invoice is paid when nothing is due"
        ),
        (
            "update invoice_payment set credits = credits + 1",
            "payments and credit notes reached the wallet"
        ),
        (
            "delete from grant_lot where idempotency_key like 'atelier:credit-note:%'",
            "payments and credit notes reached the wallet"
        ),
    ]) func damageIsFound(damage: String, check: String) async throws {
        let found = try await findings(after: damage)
        #expect(found[check] != nil, "\(found)")
    }
}

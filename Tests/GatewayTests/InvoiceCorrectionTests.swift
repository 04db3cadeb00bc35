import Documents
import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// What happens to an invoice after it is final.
@Suite struct InvoiceCorrectionTests {
    /// An invoice of $10.0049 net at 19 % in two lines, or a statement of the same.
    private func withInvoice(
        prepaid: Bool = false,
        _ body: @escaping @Sendable (TestGateway, Customer) async throws -> Void
    ) async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(
                credits: prepaid ? "50" : "0", creditLimit: prepaid ? "0" : "100")
            for (version, price) in [(Int32(1), Int64(4_000_000_000)), (2, 6_004_900_000)] {
                try await gateway.charge(
                    acme,
                    [ChargedLine(line: 1, quantity: 1, amount: Credits(nanodollars: price))],
                    priceVersion: version)
            }
            try await gateway.endMonth()
            try await gateway.closeMonth()
            try await body(gateway, acme)
        }
    }

    private func invoice(_ gateway: TestGateway, _ customer: Customer) async throws -> InvoiceRecord
    {
        try #require(try await gateway.invoices(of: customer).first)
    }

    @Test func aPaymentRestoresTheWallet() async throws {
        try await withInvoice { gateway, acme in
            #expect(try await gateway.wallet(of: acme).posted.dollars == "-10.0049")
            let part = try await gateway.pay("2026-000001", 500, key: "a")
            #expect(!part.repeated && part.invoice.state == .finalized)
            #expect(part.payment.credits.dollars == "4.203739495")
            #expect(part.payment.tax == Cents(80) && part.invoice.outstanding == Cents(690))
            // Again under its key it is the same payment.
            #expect(try await gateway.pay("2026-000001", 500, key: "a").repeated)
            await #expect(throws: Refusal.self) {
                try await gateway.pay("2026-000001", 501, key: "a")
            }
            await #expect(throws: Refusal.self) {
                try await gateway.pay("2026-000001", 691, key: "b")
            }
            let rest = try await gateway.pay("2026-000001", 690, key: "b")
            #expect(rest.invoice.state == .paid && rest.invoice.outstanding == .zero)
            #expect(part.payment.tax + rest.payment.tax == Cents(190))
            #expect(try await gateway.wallet(of: acme).posted == .zero)
            await #expect(throws: Refusal.self) {
                try await gateway.pay("2026-000001", 1, key: "c")
            }
        }
    }

    @Test func ofAStatementNothingIsPaid() async throws {
        try await withInvoice(prepaid: true) { gateway, _ in
            await #expect(throws: Refusal.self) {
                try await gateway.pay("2026-000001", 1, key: "a")
            }
        }
    }

    @Test func whatIsVoidIsBilledAgainUnderAnotherNumber() async throws {
        try await withInvoice { gateway, acme in
            let before = try await invoice(gateway, acme)
            let void = try await gateway.void("2026-000001")
            #expect(void.state == .void && void.outstanding == .zero)
            #expect(try await gateway.void("2026-000001").state == .void)
            await #expect(throws: Refusal.self) {
                try await gateway.pay("2026-000001", 1, key: "a")
            }
            try await gateway.closeMonth()
            let all = try await gateway.invoices(of: acme)
            #expect(all.map(\.number) == ["2026-000001", "2026-000002"])
            #expect(all[1].exact == before.exact && all[1].outstanding == before.outstanding)
        }
    }

    @Test func whatWasPaidForIsNotVoided() async throws {
        try await withInvoice { gateway, _ in
            try await gateway.pay("2026-000001", 1, key: "a")
            await #expect(throws: Refusal.self) { _ = try await gateway.void("2026-000001") }
        }
    }

    @Test func aCreditNoteMakesLessDue() async throws {
        try await withInvoice { gateway, acme in
            let issued = try await gateway.credit("2026-000001", .amount(Cents(400)), key: "a")
            #expect(issued.note.number == "2026-000002" && issued.note.kind == .creditNote)
            #expect(issued.note.net == Cents(400) && issued.note.tax == Cents(76))
            #expect(issued.invoice.outstanding == Cents(1190 - 476))
            #expect(try await gateway.credit("2026-000001", .amount(Cents(400)), key: "a").repeated)
            // The same key for something else is a mistake.
            for part in [CreditNote.Part.amount(Cents(401)), .lines([1]), .all] {
                await #expect(throws: Refusal.self, "\(part)") {
                    try await gateway.credit("2026-000001", part, key: "a")
                }
            }
            await #expect(throws: Refusal.self) {
                try await gateway.credit("2026-000001", .lines([.max]), key: "b")
            }
            #expect(try await gateway.wallet(of: acme).posted.dollars == "-6.0049")
            await #expect(throws: Refusal.self) {
                try await gateway.credit("2026-000001", .amount(Cents(601)), key: "b")
            }
            try await gateway.pay("2026-000001", 1190 - 476, key: "p")
            #expect(try await gateway.wallet(of: acme).posted == .zero)
            #expect(try await invoice(gateway, acme).state == .paid)
            // Of what is paid it gives credits back.
            let last = try await gateway.credit("2026-000001", .all, key: "c")
            #expect(last.note.exact.dollars == "6.0049" && last.note.gross == Cents(714))
            #expect(try await gateway.credit("2026-000001", .all, key: "c").repeated)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "6.0049")
            await #expect(throws: Refusal.self) {
                try await gateway.credit("2026-000001", .all, key: "d")
            }
        }
    }

    @Test func aLineIsCreditedOnce() async throws {
        try await withInvoice(prepaid: true) { gateway, acme in
            let issued = try await gateway.credit("2026-000001", .lines([1]), key: "a")
            #expect(try await gateway.credit("2026-000001", .lines([1]), key: "a").repeated)
            await #expect(throws: Refusal.self) {
                try await gateway.credit("2026-000001", .lines([2]), key: "a")
            }
            #expect(issued.note.exact.dollars == "4")
            let document = try await gateway.database.read {
                try InvoiceDocuments.find(issued.note.id, of: acme.account, in: $0)
            }
            #expect(document?.lines.map(\.position) == [1])
            #expect(document?.kind == .creditNote(corrects: "2026-000001", issued: .december))
            #expect(document?.lackingForEN16931 == [] && document?.contradictions == [])
            for lines in [[1], [1, 2], [3]] {
                await #expect(throws: Refusal.self, "\(lines)") {
                    try await gateway.credit("2026-000001", .lines(Set(lines)), key: "b")
                }
            }
            #expect(try await gateway.wallet(of: acme).posted.dollars == "43.9951")
        }
    }

    @Test func aWhollyCreditedInvoiceIsSettled() async throws {
        try await withInvoice { gateway, acme in
            let issued = try await gateway.credit("2026-000001", .all, key: "a")
            #expect(issued.invoice.state == .paid && issued.note.gross == issued.invoice.gross)
            #expect(try await gateway.wallet(of: acme).posted == .zero)
        }
    }

    @Test(arguments: [
        "update invoice set net_cents = net_cents - 1", "update invoice set state = 'draft'",
        "update invoice set number = '2026-000009', sequence = 9",
        "update invoice set finalized_at = finalized_at + interval '1 day'", "delete from invoice",
        "update invoice_line set amount = 1", "delete from invoice_line where position = 2",
        "insert into invoice_line select account_id, invoice_id, 9, 'x', 'x', null, 'x', 'image', null, 0, 1, 0, 0 from invoice_line limit 1",
        "truncate invoice_line", "update invoice_number set next = 1", "delete from invoice_number",
    ]) func whatIsFinalIsFixed(statement: String) async throws {
        try await withInvoice { gateway, _ in
            await #expect(throws: DatabaseFailure.self) {
                // The owner himself, not the role that the walls hold back.
                try await gateway.database.transaction { transaction in
                    try transaction.execute("set local role none")
                    try transaction.execute(SQL(stringLiteral: statement))
                }
            }
        }
    }

    @Test func monthsAreNumberedInTheirOrder() async throws {
        try await withInvoice { gateway, acme in
            _ = try await gateway.void("2026-000001")
            try await gateway.draft()
            try await gateway.charge(acme, [.line(1, 1, 1)])
            gateway.time.pass(.seconds(86_400 * 31))
            let december = TestGateway.month.startOfMonth(plus: 1)
            try await gateway.draft(december)
            let refused = try await gateway.finalize(december).refused
            #expect(
                refused.map(\.reasons) == [["its draft for 2026-11 has to be made final first"]])
            try await gateway.finalize()
            // The year of the day on which it is numbered.
            #expect(try await gateway.finalize(december).numbers == ["2027-000002"])
        }
    }

    @Test func aMonthWaitsForTheUsageOfTheOneBefore() async throws {
        try await withInvoice { gateway, acme in
            _ = try await gateway.void("2026-000001")
            try await gateway.charge(acme, [.line(1, 1, 1)])
            gateway.time.pass(.seconds(86_400 * 31))
            let december = TestGateway.month.startOfMonth(plus: 1)
            try await gateway.draft(december)
            let refused = try await gateway.finalize(december).refused
            #expect(
                refused.map(\.reasons) == [["its draft for 2026-11 has to be made final first"]])
            try await gateway.closeMonth()
            #expect(try await gateway.finalize(december).numbers == ["2027-000002"])
            let all = try await gateway.invoices(of: acme)
            #expect(all.filter { $0.month == december }.map(\.exact.dollars) == ["1"])
        }
    }

    @Test func partiesStayAsTheyWere() async throws {
        try await withInvoice { gateway, acme in
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                try Account.setBilling(
                    BillingChange(
                        party: PartyChange(fields: [.legalName: "Somebody else"]), taxPPM: 0),
                    acme.account, by: actor, in: transaction)
                try Seller.set(
                    Seller.Change(party: PartyChange(fields: [.city: "Hamburg"]), dueDays: 3),
                    by: actor, in: transaction)
            }
            let document = try #require(try await gateway.document(of: acme))
            #expect(document.buyer.name == "Füchse & Söhne" && document.seller.city == "Berlin")
            #expect(document.totals.tax == Cents(190))
        }
    }

    /// Whichever way it is given back, it is given back once.
    @Test func refundsAndCreditNotesTogetherGiveBackWhatWasCharged() async throws {
        try await withInvoice { gateway, acme in
            let actor = AuditEvent.Actor(
                name: "test", reason: "blurred", now: gateway.time.clock.now)
            let drawn = try await gateway.database.read { transaction in
                try transaction.rows(
                    "select id from generation where account_id = \(acme.account) order by captured"
                ) { try $0.next(ID<Generation>.self) }
            }
            func refund(_ amount: Int64, of generation: Int, key: String) async throws {
                _ = try await gateway.database.transaction {
                    try Credits.refund(
                        Credits(nanodollars: amount), of: drawn[generation], account: acme.account,
                        key: key, by: actor, in: $0)
                }
            }
            try await refund(1_000_000_000, of: 0, key: "a")
            await #expect(throws: Refusal.self) {
                try await gateway.credit("2026-000001", .amount(Cents(901)), key: "b")
            }
            _ = try await gateway.credit("2026-000001", .amount(Cents(600)), key: "c")
            await #expect(throws: Refusal.self) {
                try await refund(3_004_900_001, of: 1, key: "d")
            }
            try await refund(2_000_000_000, of: 1, key: "e")
            try await refund(2_000_000_000, of: 1, key: "e")
            let note = try await gateway.credit("2026-000001", .all, key: "f").note
            #expect(note.exact.dollars == "1.0049")
            #expect(try await gateway.credit("2026-000001", .all, key: "f").repeated)
            #expect(try await gateway.wallet(of: acme).posted == .zero)
        }
    }
}

extension CivilDate {
    fileprivate static let december = CivilDate(
        daysSince1970: CivilDate(Day.today).daysSince1970 + 11)
}

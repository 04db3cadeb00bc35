import Documents
import Gateway
import GatewaySupport
import Jobs
import Ledger
import Postgres
import Testing
import Units

/// From a month's charges to what its invoice says.
@Suite struct InvoiceTests {
    /// A line of `count` pictures at `nanodollars` each.
    private static func pictures(_ count: Int, _ nanodollars: Int64) -> ChargedLine {
        ChargedLine(
            line: 1, quantity: count, amount: Credits(nanodollars: nanodollars).times(count))
    }

    @Test func whoPaysLaterGetsAnInvoiceWithAnAmountDue() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(creditLimit: "100")
            try await gateway.charge(acme, [Self.pictures(3, 33_333_333)], images: 3)
            try await gateway.charge(acme, [Self.pictures(1, 5_000_000_001)], priceVersion: 2)
            try await gateway.endMonth()
            try await gateway.draft()
            let draft = try #require(try await gateway.invoices(of: acme).first)
            #expect(draft.state == .draft && draft.outstanding == Cents(607))
            try await gateway.closeMonth()
            let invoice = try #require(try await gateway.invoices(of: acme).first)
            #expect(invoice.number == "2026-000001" && invoice.kind == .invoice)
            #expect(invoice.state == .finalized && invoice.exact.dollars == "5.1")
            #expect(invoice.net == Cents(510) && invoice.tax == Cents(97))
            #expect(invoice.outstanding == Cents(607))
            #expect(invoice.dueOn == CivilDate("2026-12-16"))
            let document = try #require(try await gateway.document(of: acme))
            #expect(document.lines.map(\.quantity.decimal) == ["3", "1"])
            #expect(document.lines.map(\.unitPrice.dollars) == ["0.033333333", "5.000000001"])
            #expect(document.lines.map(\.priceVersion) == [1, 2])
            #expect(document.contradictions == [] && document.lackingForEN16931 == [])
            #expect(document.buyer.name == "Füchse & Söhne" && document.bank != nil)
            #expect(document.seller.vatID == "DE123456789")
        }
    }

    @Test func halfACentIsRoundedAwayFromZeroOnceAndShown() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(creditLimit: "100", taxPPM: 0)
            try await gateway.charge(acme, [Self.pictures(1, 4_000_000)])
            try await gateway.charge(acme, [Self.pictures(1, 11_000_000)], priceVersion: 2)
            try await gateway.endMonth()
            try await gateway.closeMonth()
            let document = try #require(try await gateway.document(of: acme))
            // Line by line it would be one cent.
            #expect(document.totals.net == Cents(2) && document.totals.exact.dollars == "0.015")
            #expect(document.totals.rounding.dollars == "0.005")
            #expect(document.lines[0].tax.category == .zeroRated)
        }
    }

    @Test func whoPaysFirstGetsAStatementOfItsCredits() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "20.00")
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                let wallet = Wallet.Name(account: acme.account, mode: .live)
                for (kind, amount) in [(Grant.Kind.promotional, 3), (.adjustment, -1)] {
                    _ = try Credits.give(
                        Grant(
                            wallet: wallet, kind: kind,
                            amount: Credits(nanodollars: Int64(amount) * 1_000_000_000),
                            reason: "x", idempotencyKey: "\(kind)"), by: actor, in: transaction)
                }
            }
            try await gateway.charge(acme, [Self.pictures(2, 1_500_000_000)], images: 2)
            try await gateway.endMonth()
            // Already December: on no line of November's.
            try await gateway.charge(acme, [Self.pictures(1, 7_000_000_000)])
            try await gateway.closeMonth()
            let document = try #require(try await gateway.document(of: acme))
            #expect(document.kind == .statement && document.totals.due == .zero)
            #expect(document.due == nil && document.totals.net == Cents(300))
            let credits = try #require(document.credits)
            #expect(credits.opening == .zero && credits.bought.dollars == "20")
            #expect(credits.promotional.dollars == "3" && credits.adjusted.dollars == "-1")
            #expect(credits.used.dollars == "3" && credits.closing.dollars == "19")

            gateway.time.pass(.seconds(86_400 * 31))
            try await gateway.draft(CivilDate(Day.today).startOfMonth(plus: 1))
            let december = try #require(try await gateway.invoices(of: acme).last)
            let next = try #require(
                try await gateway.database.read {
                    try InvoiceDocuments.find(december.id, of: acme.account, in: $0)
                }?.credits)
            #expect(next.opening.dollars == "19" && next.closing.dollars == "12")
        }
    }

    /// What is to be paid for each month, in their order.
    private func outstanding(_ gateway: TestGateway, _ acme: Customer) async throws -> [Cents] {
        try await gateway.invoices(of: acme).sorted { $0.month < $1.month }.map(\.outstanding)
    }

    /// Whether the earlier month has a draft, and whether that is up to date.
    @Test(arguments: [false, true])
    func aDraftSaysWhatWillBeDueThoughAnEarlierMonthIsOpen(draftedBefore: Bool) async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "4", creditLimit: "100", taxPPM: 0)
            try await gateway.charge(acme, [Self.pictures(1, 5_000_000_000)])
            let december = CivilDate(Day.today).startOfMonth(plus: 1)
            if draftedBefore { try await gateway.draft(previewing: true) }
            try await gateway.charge(acme, [Self.pictures(1, 5_000_000_000)])
            try await gateway.endMonth()
            try await gateway.charge(acme, [Self.pictures(1, 5_000_000_000)])
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                let grant = Grant(
                    wallet: Wallet.Name(account: acme.account, mode: .live), kind: .paid,
                    amount: Credits(nanodollars: 3_000_000_000), reason: "x", idempotencyKey: "x")
                _ = try Credits.give(grant, by: actor, in: transaction)
            }
            try await gateway.endDecember()
            try await gateway.draft(december)
            // 5 used less 3 bought; the 6 that November is short of are on its own.
            #expect(
                try await outstanding(gateway, acme) == [Cents(600), Cents(200)])
            try await gateway.closeMonth()
            try await gateway.closeMonth(december)
            #expect(
                try await outstanding(gateway, acme) == [Cents(600), Cents(200)])
        }
    }

    @Test func creditsComeFirstAndOnlyTheRestIsDue() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "4", creditLimit: "100", taxPPM: 0)
            try await gateway.charge(acme, [Self.pictures(1, 10_000_000_000)])
            try await gateway.endMonth()
            try await gateway.closeMonth()
            let november = try #require(try await gateway.invoices(of: acme).first)
            #expect(november.gross == Cents(1000) && november.outstanding == Cents(600))
            // December's use is due on its own, less what was bought for it, whether November has
            // been paid by then or not.
            try await gateway.charge(acme, [Self.pictures(1, 5_000_000_000)])
            let actor = gateway.actor
            try await gateway.database.transaction { transaction in
                let grant = Grant(
                    wallet: Wallet.Name(account: acme.account, mode: .live), kind: .paid,
                    amount: Credits(nanodollars: 3_000_000_000), reason: "x", idempotencyKey: "x")
                _ = try Credits.give(grant, by: actor, in: transaction)
            }
            try await gateway.pay("2026-000001", 200, key: "a")
            try await gateway.endDecember()
            try await gateway.draft(CivilDate(Day.today).startOfMonth(plus: 1))
            #expect(try await gateway.invoices(of: acme).last?.due == Cents(200))
            try await gateway.pay("2026-000001", 400, key: "b")
            try await gateway.draft(CivilDate(Day.today).startOfMonth(plus: 1))
            #expect(try await gateway.invoices(of: acme).last?.due == Cents(200))
        }
    }

    @Test func generatingAgainMakesTheSameBytes() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "20.00")
            for version in 1...5 {
                try await gateway.charge(
                    acme, [Self.pictures(2, 10_000_001)], images: 2, priceVersion: Int32(version))
            }
            try await gateway.endMonth()
            func files() async throws -> [[UInt8]] {
                let document = try #require(try await gateway.document(of: acme))
                return [
                    try InvoicePDF.bytes(of: document), InvoiceCSV.bytes(of: document),
                    InvoiceJSON.bytes(of: document),
                ]
            }
            #expect(try await gateway.draft() == 1)
            let first = try await files()
            gateway.time.pass(.seconds(86_400))
            #expect(try await gateway.draft() == 1)
            #expect(try await files() == first)
            try await gateway.finalize()
            let final = try await files()
            gateway.time.pass(.seconds(86_400))
            #expect(try await gateway.draft() == 0)
            #expect(try await gateway.finalize().numbers == [])
            #expect(try await files() == final && final != first)
        }
    }

    @Test func aMonthThatIsNotOverIsOnlyLookedAt() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "20.00")
            try await gateway.charge(acme, [Self.pictures(1, 1_000_000_000)])
            await #expect(throws: Refusal.self) { try await gateway.draft() }
            let now = gateway.time.clock.now
            let batch = try await gateway.database.transaction {
                try Drafts.write(
                    TestGateway.month, account: nil, after: nil, previewing: true, at: now, in: $0)
            }
            #expect(batch.drafted == 1)
            await #expect(throws: Refusal.self) { try await gateway.finalize() }
            // What it draws up is thrown away by the real one.
            try await gateway.charge(acme, [Self.pictures(1, 1_000_000_000)])
            try await gateway.endMonth()
            try await gateway.draft()
            #expect(try await gateway.invoices(of: acme).map(\.exact.dollars) == ["2"])
        }
    }

    @Test func whatIsMissingIsNamedAndTheOthersGoOn() async throws {
        try await withGateway { gateway in
            let poor = try await gateway.customer(credits: "5")
            let acme = try await gateway.buyer(credits: "5")
            for customer in [poor, acme] {
                try await gateway.charge(customer, [Self.pictures(1, 1_000_000_000)])
            }
            try await gateway.endMonth()
            try await gateway.draft()
            let nobody = try await gateway.finalize()
            #expect(nobody.numbers == [] && nobody.refused.count == 2)
            #expect(nobody.refused[0].reasons.contains("the seller has no name (BR-06)"))
            try await gateway.sell()
            let batch = try await gateway.finalize()
            #expect(batch.numbers == ["2026-000001"])
            #expect(batch.refused.map(\.account) == [poor.account])
            #expect(
                batch.refused[0].reasons == ["the buyer's address has no country (BR-11)"])
            #expect(try await gateway.invoices(of: poor).map(\.state) == [.draft])
        }
    }

    @Test func postingsThatAreMissingStopTheirAccountAlone() async throws {
        try await withGateway(auditing: false) { gateway in
            try await gateway.sell()
            let broken = try await gateway.buyer(credits: "5")
            let acme = try await gateway.buyer(credits: "5")
            for customer in [broken, acme] {
                try await gateway.charge(customer, [Self.pictures(1, 1_000_000_000)])
            }
            try await gateway.endMonth()
            try await gateway.draft()
            try await gateway.charge(broken, [Self.pictures(1, 1_000_000_000)])
            try await gateway.database.transaction { transaction in
                try transaction.send("set local role none")
                try transaction.send("set local session_replication_role = replica")
                try transaction.send(
                    "delete from posting where account_id = \(broken.account) and number = 3")
            }
            #expect(try await gateway.draft() == 1)
            let batch = try await gateway.finalize()
            #expect(batch.numbers == ["2026-000001"])
            #expect(batch.refused.map(\.account) == [broken.account])
            #expect(batch.refused.first?.reasons.first?.contains("are not all there") == true)
        }
    }

    @Test func whatIsChargedLateIsOnTheNextInvoice() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(credits: "20.00")
            try await gateway.charge(acme, [Self.pictures(1, 1_000_000_000)])
            try await gateway.endMonth()
            try await gateway.draft()
            // After the draft and before the number: on this one. After the number: on the next.
            for late in [2, 4] {
                gateway.time.pass(.seconds(-48 * 3600))
                try await gateway.charge(acme, [Self.pictures(1, Int64(late) * 1_000_000_000)])
                gateway.time.pass(.seconds(48 * 3600))
                try await gateway.finalize()
            }
            let november = try #require(try await gateway.document(of: acme))
            #expect(november.totals.exact.dollars == "3")
            #expect(november.credits?.closing.dollars == "17")
            try await gateway.endDecember()
            try await gateway.draft(CivilDate(Day.today).startOfMonth(plus: 1))
            let next = try #require(try await gateway.invoices(of: acme).last)
            #expect(next.exact.dollars == "4")
            let december = try await gateway.database.read {
                try InvoiceDocuments.find(next.id, of: acme.account, in: $0)
            }
            #expect(december?.credits?.opening.dollars == "17")
            #expect(december?.credits?.closing.dollars == "13")
        }
    }

    @Test func finalizationIsToldToTheAccount() async throws {
        try await withGateway { gateway in
            try await gateway.sell()
            let acme = try await gateway.buyer(creditLimit: "20.00")
            try await gateway.sql(
                """
                insert into webhook_endpoint (account_id, id, url, events, created_at)
                values (\(acme.account), \(acme.account), 'https://acme.example/hook',
                    '{invoice.finalized}', \(Day.today))
                """)
            try await gateway.charge(acme, [Self.pictures(1, 1_000_000_000)])
            try await gateway.endMonth()
            try await gateway.closeMonth()
            let told = try await gateway.database.read {
                try $0.rows("select event || ' ' || data::text from webhook_delivery") {
                    try $0.next(String.self)
                }
            }
            #expect(told.count == 1)
            #expect(told[0].hasPrefix("invoice.finalized "))
            #expect(told[0].contains(#""number": "2026-000001""#) && told[0].contains("1.19"))
        }
    }
}

extension TestGateway {
    fileprivate func endDecember() async throws {
        time.pass(.seconds(86_400 * 31))
        try await lease.renew()
    }
}

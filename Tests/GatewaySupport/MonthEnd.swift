package import Documents
package import Gateway
import Jobs
import Postgres
package import Units

/// The end of a month, for tests of invoices: November 2026, in which tests live.
extension TestGateway {
    package static let month = CivilDate(Day.today).startOfMonth

    /// Says who sells, so that invoices can be made final, at prices that change now and then.
    package func sell() async throws {
        try await nameSeller()
        try await sql(
            """
            insert into price (model, provider, version, line, starts_at, billable, unit, amount)
            select 'test/paid', 'test', version, 1, '2100-01-01Z', 'output_image', 'image', 1
            from generate_series(2, 5) version
            """)
    }

    /// Says who sells.
    package func nameSeller() async throws {
        let change = Seller.Change(
            party: PartyChange(
                fields: [
                    .legalName: "Atelier Images GmbH", .city: "Berlin", .postalCode: "10119",
                    .country: "DE", .vatID: "DE123456789", .email: "billing@atelier.example",
                ], address: ["Torstraße 12"]),
            bank: [.holder: "Atelier Images GmbH", .number: "DE02120300000000202051"])
        let actor = actor
        try await database.transaction { try Seller.set(change, by: actor, in: $0) }
    }

    /// A customer whose invoices can be made final.
    package func buyer(
        credits: String = "0", creditLimit: String = "0", taxPPM: Int32 = 190_000
    ) async throws -> Customer {
        // In the order in which they come.
        time.pass(.milliseconds(1))
        let customer = try await customer(credits: credits, creditLimit: creditLimit)
        let change = BillingChange(
            party: PartyChange(
                fields: [.legalName: "Füchse & Söhne", .city: "Köln", .country: "DE"],
                address: ["Große Straße 7"]), taxPPM: taxPPM)
        let actor = actor
        try await database.transaction {
            try Account.setBilling(change, customer.account, by: actor, in: $0)
        }
        return customer
    }

    /// Lets the month end: noon of the second day of the next.
    package func endMonth() async throws {
        let end = Self.month.startOfMonth(plus: 1).midnight + .seconds(36 * 3600)
        time.pass(end - time.clock.now)
        try await lease.renew()
    }

    /// Writes the drafts of `month`; answers how many.
    @discardableResult
    package func draft(
        _ month: CivilDate = TestGateway.month, previewing: Bool = false
    ) async throws -> Int {
        let now = time.clock.now
        return try await database.transaction {
            try Drafts.write(
                month, account: nil, after: nil, previewing: previewing, at: now, in: $0)
        }.drafted
    }

    /// Makes the drafts of `month` final.
    @discardableResult
    package func finalize(
        _ month: CivilDate = TestGateway.month, account: ID<Account>? = nil
    ) async throws -> Finalization.Batch {
        time.pass(.milliseconds(1))
        let actor = actor
        return try await database.transaction {
            try Finalization.run(month, account: account, after: nil, by: actor, in: $0)
        }
    }

    /// Drafts and finalizes the month.
    package func closeMonth(_ month: CivilDate = TestGateway.month) async throws {
        try await draft(month)
        try await finalize(month)
    }

    /// The customer's invoices, oldest first, drafts too.
    package func invoices(of customer: Customer) async throws -> [InvoiceRecord] {
        try await database.read {
            try InvoiceRecord.list(
                InvoiceRecord.Filter(account: customer.account), before: nil, limit: 100, in: $0)
        }.reversed()
    }

    /// The customer's first invoice with all that it says.
    package func document(of customer: Customer) async throws -> InvoiceDocument? {
        guard let first = try await invoices(of: customer).first else { return nil }
        return try await database.read {
            try InvoiceDocuments.find(first.id, of: customer.account, in: $0)
        }
    }

    /// Records a payment.
    @discardableResult
    package func pay(
        _ number: String, _ cents: Int64, key: String
    ) async throws -> InvoicePayment.Outcome {
        time.pass(.milliseconds(1))
        let actor = actor
        let entry = InvoicePayment.Entry(
            invoice: .number(number), amount: Cents(cents), reference: "statement 7",
            idempotencyKey: key)
        return try await database.transaction {
            try InvoicePayment.record(entry, by: actor, in: $0)
        }
    }

    /// Issues a credit note.
    @discardableResult
    package func credit(
        _ number: String, _ part: CreditNote.Part, key: String
    ) async throws -> CreditNote.Issued {
        time.pass(.milliseconds(1))
        let actor = AuditEvent.Actor(name: "test", reason: "made twice", now: time.clock.now)
        let note = CreditNote(invoice: .number(number), part: part, idempotencyKey: key)
        return try await database.transaction { try note.issue(by: actor, in: $0) }
    }

    package func void(_ number: String) async throws -> InvoiceRecord {
        time.pass(.milliseconds(1))
        let actor = AuditEvent.Actor(name: "test", reason: "wrong buyer", now: time.clock.now)
        return try await database.transaction {
            try InvoiceRecord.void(.number(number), by: actor, in: $0)
        }
    }
}

import Gateway
import Ledger
import Postgres
import Testing
import Units

extension Deployment {
    /// A final statement of this month, made as the next month would make it.
    func invoice(of buyer: Buyer) async throws -> String {
        let database = Database(url: databaseURL, connections: 1)
        defer { database.close() }
        let account = try #require(ID<Account>(buyer.account))
        let now = Clock.system.now
        let month = CivilDate(now).startOfMonth
        let actor = AuditEvent.Actor(
            name: "test", reason: nil, now: month.startOfMonth(plus: 1).midnight + .seconds(172_800)
        )
        return try await database.transaction { transaction in
            _ = try Credits.give(
                Grant(
                    wallet: .init(account: account, mode: .live), kind: .paid,
                    amount: Credits(nanodollars: Credits.nanodollarsPerDollar), reason: "test",
                    idempotencyKey: "invoice"),
                by: .init(name: "test", reason: nil, now: now), in: transaction)
            let party: [PartyChange.Field: String] = [
                .legalName: "Acme", .city: "Berlin", .postalCode: "10119", .country: "DE",
                .vatID: "DE123456789", .email: "a@acme.example",
            ]
            let change = PartyChange(fields: party, address: ["Torstraße 12"])
            try Seller.set(
                .init(party: change, bank: [.holder: "Acme", .number: "DE02120300000000202051"]),
                by: actor, in: transaction)
            try Account.setBilling(
                .init(party: change, taxPPM: 190_000), account, by: actor, in: transaction)
            _ = try Drafts.write(
                month, account: account, after: nil, previewing: false, at: actor.now,
                in: transaction)
            let done = try Finalization.run(
                month, account: account, after: nil, by: actor, in: transaction)
            #expect(done.refused.isEmpty)
            let made = try transaction.first(
                "select id from invoice where account_id = \(account)"
            ) { try $0.next() as ID<Invoice> }
            return try #require(made).description
        }
    }
}

import Documents
import GatewaySupport
import Jobs
import Ledger
import Postgres
import SeedSupport
import Testing
import Units

@testable import Gateway

/// The quarter as it goes by.
struct Quarter {
    static let start = TestGateway.month.startOfMonth(plus: 14)
    static let months = (0..<3).map { start.startOfMonth(plus: $0) }
    static let end = start.startOfMonth(plus: 3)
    static let accounts = 50

    let gateway: TestGateway
    let prices: QuarterPrices
    private var random: SeededRandom
    private(set) var buyers: [QuarterBuyer] = []
    /// What is in wallets as a month begins, by account.
    private(set) var opening: [CivilDate: [ID<Account>: Credits]] = [:]
    private(set) var numbers: [String] = []
    private(set) var changes: ArraySlice<QuarterPrices.Change>

    init(on gateway: TestGateway, seed: UInt64) async throws {
        self.gateway = gateway
        random = SeededRandom(seed: seed)
        prices = try QuarterPrices()
        changes = prices.later[...]
        gateway.time.pass(Self.start.midnight - .seconds(86_400) - gateway.time.clock.now)
        try await gateway.lease.renew()
        try await gateway.database.transaction {
            try Partitions.make(at: Self.start.midnight, in: $0)
        }
        try await gateway.nameSeller()
        for model in QuarterPrices.models.dropFirst() { try await add(model) }
        try await gateway.engine.reloadCatalogue()
        let rates: [Int32] = [0, 190_000, 88_750]
        for index in 0..<Self.accounts {
            let isPrepaid = index % 5 < 3
            let customer = try await gateway.buyer(
                credits: isPrepaid ? "\(index % 4 + 1)" : "0",
                creditLimit: isPrepaid ? "0" : index % 2 == 0 ? "3.5" : "40",
                taxPPM: rates[index % 3])
            buyers.append(
                QuarterBuyer(
                    customer: customer, isPrepaid: isPrepaid, onlyBuys: index == 0,
                    seed: random.next()))
        }
        try await keepBalances(for: Self.start)
    }

    private func add(_ model: String) async throws {
        let first = try #require(prices.changes.first { $0.model == model })
        try await gateway.sql(
            """
            insert into model (id, name, description, released_on)
            values (\(model), \(model), 'Sold by the quarter.', '2026-11-01')
            """)
        try await gateway.sql("insert into model_name (name, model) values (\(model), \(model))")
        try await gateway.sql(
            """
            insert into model_endpoint (model, provider, provider_model, capabilities)
            select \(model), provider, provider_model, capabilities from model_endpoint
            where model = 'test/paid'
            """)
        try await gateway.sql(
            """
            insert into price (model, provider, version, line, starts_at, billable, unit, amount)
            select \(model), 'test', 1, line, \(first.from), billable, unit, amount from (values
                (1, 'output_image', 'image', \(first.image)),
                (2, 'input_text', 'request', \(first.request))
            ) as t (line, billable, unit, amount) where line = 1 or amount > 0
            """)
    }

    /// From the first midnight to the last second.
    mutating func trade(_ month: CivilDate) async throws {
        try await beginMonth(month)
        let next = month.startOfMonth(plus: 1)
        var day = month.tomorrow.tomorrow
        while day < next {
            for moment in moments(of: day) { try await act(at: moment) }
            if day.day % 10 == 0 { try await DailyTotals.rollUp(on: gateway.database) }
            day = day.tomorrow
        }
        // Jobs that wait across the month's end, and what is in wallets there.
        try await reach(next.midnight - .seconds(2))
        for index in buyers.indices where index % 2 == 0 {
            try await buyers[index].queue(on: gateway, prices)
        }
        try await keepBalances(for: next)
    }

    /// The first two days of a month, in which the one before is closed.
    mutating func beginMonth(_ month: CivilDate) async throws {
        try await reach(month.midnight)
        try await gateway.database.transaction { try Partitions.make(at: month.midnight, in: $0) }
        let worker = Worker(engine: gateway.engine, slots: 64)
        while try await worker.takeOnce() > 0 || worker.running > 0 { await Task.yield() }
        let now = gateway.time.clock.now
        for index in buyers.indices {
            buyers[index].collect(at: now)
            // At midnight to the microsecond.
            guard index % 3 == 0 else { continue }
            try await buyers[index].give(
                .promotional, Credits(nanodollars: 1), on: gateway)
        }
        try await act(at: month.midnight + .seconds(1))
        let last = month.startOfMonth(plus: -1)
        guard last >= Self.start else { return }
        #expect(try await gateway.draft(last) == Self.accounts)
        let drafts = try await files(of: last)
        for moment in moments(of: month) { try await act(at: moment) }
        try await reach(month.midnight + .seconds(36 * 3600))
        #expect(try await gateway.draft(last) == Self.accounts)
        #expect(try await files(of: last) == drafts, "\(last): drafts that were made twice")
        let batch = try await gateway.finalize(last)
        #expect(batch.refused.map(\.reasons) == [])
        numbers += batch.numbers
        let final = try await files(of: last)
        #expect(final != drafts)
        try await act(at: month.midnight + .seconds(40 * 3600))
        #expect(try await gateway.draft(last) == 0)
        #expect(try await gateway.finalize(last).numbers == [])
        #expect(try await files(of: last) == final, "\(last): what is final")
        for index in buyers.indices where index % 3 != 0 {
            let invoices = try await gateway.invoices(of: buyers[index].customer)
            guard let invoice = invoices.last else { continue }
            try await buyers[index].pay(invoice, on: gateway)
        }
    }

    /// When something happens on a day, in order.
    private mutating func moments(of day: CivilDate) -> [Timestamp] {
        let isDaylightChange = day.month == 3 && (day.day == 12 || day.day == 26)
        var seconds = (0..<2).map { _ in Int64.random(in: 0..<86_400, using: &random) }
        if isDaylightChange {
            // On both sides of what is 2:00 in Europe or New York, or no time at all.
            seconds += [3599, 3600, 7199, 7200, 25_199, 25_200, 86_399]
        }
        return seconds.sorted().map { day.midnight + .seconds($0) }
    }

    /// Lets time come to `moment`, and does what servers do now and then.
    private mutating func reach(_ moment: Timestamp) async throws {
        // Payments take a millisecond each.
        guard moment > gateway.time.clock.now else { return }
        gateway.time.pass(moment - gateway.time.clock.now)
        try await gateway.lease.renew()
        try await gateway.sweep()
        while let change = changes.first, change.from <= moment + .seconds(2 * 86_400) {
            changes.removeFirst()
            var lines = [
                Price.Line(unit: .image, amount: Credits(nanodollars: change.image))
            ]
            if change.request > 0 {
                let amount = Credits(nanodollars: change.request)
                lines.append(Price.Line(.inputText, unit: .request, amount: amount))
            }
            let actor = gateway.actor
            try await gateway.database.transaction { [lines] in
                _ = try Catalogue.setPrice(
                    lines, of: change.model, by: "test", from: change.from, by: actor, in: $0)
            }
            try await gateway.engine.reloadCatalogue()
        }
    }

    /// Every account does something, or nothing; all at once.
    private mutating func act(at moment: Timestamp) async throws {
        try await reach(moment)
        buyers = try await withThrowingTaskGroup(of: (Int, QuarterBuyer).self) { group in
            for (index, buyer) in buyers.enumerated() {
                group.addTask { [gateway, prices] in
                    var buyer = buyer
                    try await buyer.act(on: gateway, prices)
                    return (index, buyer)
                }
            }
            var acted = buyers
            for try await (index, buyer) in group { acted[index] = buyer }
            return acted
        }
    }

    private mutating func keepBalances(for month: CivilDate) async throws {
        let rows = try await gateway.database.read { transaction in
            try transaction.rows("select account_id, posted from wallet where mode = 'live'") {
                (try $0.next(ID<Account>.self), try $0.next(Credits.self))
            }
        }
        opening[month] = Dictionary(uniqueKeysWithValues: rows)
    }

    /// All that the invoices of a month say, file by file.
    private func files(of month: CivilDate) async throws -> [[UInt8]] {
        let documents = try await gateway.database.read { transaction in
            let filter = InvoiceRecord.Filter(month: month)
            return try InvoiceRecord.list(filter, before: nil, limit: 100, in: transaction)
                .compactMap {
                    try InvoiceDocuments.find($0.id, of: $0.account, in: transaction)
                }
        }
        #expect(documents.flatMap(\.contradictions) == [])
        return try documents.flatMap { document in
            let files = [InvoiceJSON.bytes(of: document), InvoiceCSV.bytes(of: document)]
            // Neither a draft nor a month without a sale is a file of the standard.
            guard document.number != nil, !document.lines.isEmpty else { return files }
            return try files + [UBL.bytes(of: document)]
        }
    }
}

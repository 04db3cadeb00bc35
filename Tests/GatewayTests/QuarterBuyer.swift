import Gateway
import GatewaySupport
import Ledger
import Pictures
import Postgres
import SeedSupport
import Testing
import Units

/// What models of the quarter cost, by a table that the product does not know: an image, and a
/// request on top of it.
struct QuarterPrices: Sendable {
    struct Change: Sendable {
        let model: String
        let from: Timestamp
        let image: Int64
        let request: Int64
    }

    static let models = ["test/paid", "test/ink", "test/oil", "test/chalk", "test/wax"]

    /// In order of time. The first of a model is its price when the quarter begins.
    let changes: [Change]

    init() throws {
        let rows: [(model: String, from: String, image: Int64, request: Int64)] = [
            ("test/paid", "2026-11-01", 4_000_000, 0),
            ("test/ink", "2026-11-01", 12_345_679, 0),
            ("test/oil", "2026-11-01", 33_333_333, 1_000_001),
            ("test/chalk", "2026-11-01", 999_999, 0),
            ("test/wax", "2026-11-01", 250_000_007, 0),
            ("test/paid", "2028-01-17T12:00Z", 5_000_001, 0),
            ("test/ink", "2028-02-10", 11_111_111, 0),
            ("test/oil", "2028-02-29", 41_666_667, 2),
            // Jobs that wait at this midnight are paid for as they were quoted.
            ("test/ink", "2028-03-01", 13_131_313, 0),
            // When clocks change in the USA, and in Europe.
            ("test/chalk", "2028-03-12T07:00Z", 1_234_567, 0),
            ("test/paid", "2028-03-26T01:00Z", 3_999_999, 0),
        ]
        changes = try rows.map { row in
            Change(
                model: row.model, from: try #require(Timestamp(iso8601: row.from)),
                image: row.image, request: row.request)
        }
    }

    var later: [Change] { Array(changes.dropFirst(Self.models.count)) }

    /// What is to be paid for so many pictures of one generation that is asked for at `now`.
    func cost(of model: String, pictures: Int, at now: Timestamp) -> Credits {
        guard pictures > 0,
            let price = changes.last(where: { $0.model == model && $0.from <= now })
        else { return .zero }
        return Credits(nanodollars: price.image * Int64(pictures) + price.request)
    }

    /// Model and unit price of every line that can be on an invoice.
    var unitPrices: Set<String> {
        Set(
            changes.flatMap { change in
                [change.image, change.request].filter { $0 > 0 }.map { "\(change.model) \($0)" }
            })
    }
}

/// What moved a wallet in a month beside captures and expiry.
struct Moves: Equatable, Sendable {
    var bought = Credits.zero
    var promotional = Credits.zero
    var adjusted = Credits.zero
}

/// One account of the quarter with the books that it keeps itself, by the simplest arithmetic there
/// is. It draws from numbers of its own, so that accounts may act at the same time.
struct QuarterBuyer: Sendable {
    let customer: Customer
    let isPrepaid: Bool
    /// Whether it uses nothing: its statements have no lines.
    let onlyBuys: Bool
    private var random: SeededRandom
    /// What it was charged, by the day in UTC.
    var captured: [CivilDate: Credits] = [:]
    var moves: [CivilDate: Moves] = [:]
    /// What happened how often.
    var counts: [String: Int] = [:]
    /// The last generation that was paid for, and what of it has not been refunded.
    private var last: (id: ID<Generation>, left: Credits)?
    /// A job that waits, and what it is going to cost.
    private var waiting: Credits?

    init(customer: Customer, isPrepaid: Bool, onlyBuys: Bool, seed: UInt64) {
        self.customer = customer
        self.onlyBuys = onlyBuys
        self.isPrepaid = isPrepaid
        random = SeededRandom(seed: seed)
    }

    func captured(in month: CivilDate) -> Credits {
        captured.reduce(.zero) { $1.key.startOfMonth == month ? $0 + $1.value : $0 }
    }

    /// Does something, or nothing.
    mutating func act(on gateway: TestGateway, _ prices: QuarterPrices) async throws {
        switch Int.random(in: 0..<250, using: &random) {
        case 0..<84 where onlyBuys:
            try await give(.paid, cents(1...9), expires: true, on: gateway)
        case 0..<84: try await generate(on: gateway, prices)
        case 84..<90: try await refund(on: gateway)
        case 90..<93: try await give(.paid, .dollars(2), on: gateway)
        case 93..<96: try await give(.promotional, cents(1...90), expires: true, on: gateway)
        case 96..<98: try await give(.paid, cents(1...90), expires: true, on: gateway)
        case 98: try await give(.adjustment, cents(1...50), on: gateway)
        case 99: try await give(.adjustment, -cents(1...50), on: gateway)
        default: break
        }
    }

    private mutating func cents(_ range: ClosedRange<Int64>) -> Credits {
        Credits(nanodollars: Int64.random(in: range, using: &random) * 10_000_000 + 1)
    }

    /// A request, and how many pictures will come of it.
    private mutating func ask(n: Int) -> (request: GenerationRequest, delivered: Int) {
        let model = QuarterPrices.models[
            Int.random(in: 0..<QuarterPrices.models.count, using: &random)]
        let (words, delivered): (String, Int) =
            switch Int.random(in: 0..<12, using: &random) {
            case 0: ("sandbox:moderated ", 0)
            case 1: ("sandbox:down ", 0)
            case 2, 3: ("sandbox:partial ", max(1, n / 2))
            default: ("", n)
            }
        let request = GenerationRequest(
            dialect: .imaRouter, model: model, prompt: words + "a fox", n: n,
            size: .pixels(PixelSize(width: 16, height: 16)), format: .png,
            keeping: Int.random(in: 0..<8, using: &random) == 0 ? .kept : .ephemeral)
        return (request, delivered)
    }

    private mutating func generate(
        on gateway: TestGateway, _ prices: QuarterPrices
    ) async throws {
        let (request, delivered) = ask(n: Int.random(in: 1...4, using: &random))
        let now = gateway.time.clock.now
        let cost = prices.cost(of: request.model, pictures: delivered, at: now)
        do {
            let made = try await gateway.engine.finish(request, for: customer.hash)
            #expect(made.images.count == delivered && made.money.captured == cost)
            captured[CivilDate(now), default: .zero] += cost
            last = (made.id, cost)
            counts[delivered < request.n ? "partly delivered" : "delivered", default: 0] += 1
        } catch let refusal as Refusal {
            counts[refusal.kind.rawValue, default: 0] += 1
            guard refusal.kind == .insufficientCredits else {
                #expect(delivered == 0, "\(refusal)")
                return
            }
            if isPrepaid { try await give(.paid, .dollars(3), on: gateway) }
        }
    }

    /// Has two pictures made by whoever works next.
    mutating func queue(on gateway: TestGateway, _ prices: QuarterPrices) async throws {
        guard !onlyBuys else { return }
        let asked = ask(n: 2)
        var request = asked.request
        request.model = "test/ink"
        request.keeping = .kept
        do {
            let answer = try await gateway.engine.generate(
                request, for: customer.hash, in: .live, patience: .none)
            guard case .accepted = answer else {
                throw Refusal(.conflict, "it was not queued: \(answer)")
            }
            waiting = prices.cost(
                of: request.model, pictures: asked.delivered, at: gateway.time.clock.now)
            counts["queued", default: 0] += 1
        } catch let refusal as Refusal {
            #expect(refusal.kind == .insufficientCredits)
        }
    }

    /// What waited has ended by now.
    mutating func collect(at now: Timestamp) {
        guard let cost = waiting else { return }
        captured[CivilDate(now), default: .zero] += cost
        waiting = nil
    }

    private mutating func refund(on gateway: TestGateway) async throws {
        guard let (id, left) = last, left > .zero else { return }
        let amount = Credits(nanodollars: Int64.random(in: 1...left.nanodollars, using: &random))
        let now = gateway.time.clock.now
        let actor = AuditEvent.Actor(name: "test", reason: "a bad picture", now: now)
        counts["refunds", default: 0] += 1
        let (account, key) = (customer.account, "refund \(counts["refunds", default: 0])")
        _ = try await gateway.database.transaction {
            try Credits.refund(amount, of: id, account: account, key: key, by: actor, in: $0)
        }
        last = (id, left - amount)
        moves[CivilDate(now).startOfMonth, default: Moves()].adjusted += amount
    }

    /// Gives, and often twice under one key.
    mutating func give(
        _ kind: Grant.Kind, _ amount: Credits, expires: Bool = false, on gateway: TestGateway
    ) async throws {
        let actor = gateway.actor
        let month = CivilDate(actor.now).startOfMonth
        counts["given", default: 0] += 1
        let wait = Duration.seconds(Int64.random(in: 3600...(20 * 86_400), using: &random))
        let grant = Grant(
            wallet: .init(account: customer.account, mode: .live), kind: kind, amount: amount,
            reason: "quarter", idempotencyKey: "given \(counts["given", default: 0])",
            expiresAt: expires ? actor.now + wait : nil)
        do {
            for _ in 0...Int.random(in: 0...1, using: &random) {
                _ = try await gateway.database.transaction {
                    try Credits.give(grant, by: actor, in: $0)
                }
            }
        } catch let refusal as Refusal {
            #expect(amount < .zero && refusal.kind == .insufficientCredits)
            return
        }
        switch kind {
        case .paid: moves[month, default: Moves()].bought += amount
        case .promotional: moves[month, default: Moves()].promotional += amount
        case .adjustment, .refund: moves[month, default: Moves()].adjusted += amount
        }
        if expires { counts["given for a while", default: 0] += 1 }
    }

    /// Pays what is due of its invoice.
    mutating func pay(_ invoice: InvoiceRecord, on gateway: TestGateway) async throws {
        guard let number = invoice.number, invoice.outstanding > .zero else { return }
        let paid = try await gateway.pay(number, invoice.outstanding.count, key: number)
        let month = CivilDate(gateway.time.clock.now).startOfMonth
        moves[month, default: Moves()].bought += paid.payment.credits
        counts["invoices paid", default: 0] += 1
    }
}

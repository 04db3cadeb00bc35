import GatewaySupport
import Jobs
import Ledger
import Postgres
import Testing
import Units

@testable import Gateway

/// What tests of lots do with a gateway.
extension TestGateway {
    /// A hold that a test has placed.
    struct Held: Sendable {
        let submission: Submission
        let wallet: Wallet.Name
        let server: ID<Server>
    }

    @discardableResult
    func give(
        _ dollars: Int64, to customer: Customer, _ kind: Grant.Kind, in wait: Duration? = nil,
        key: String? = nil
    ) async throws -> Grant.Given {
        let actor = actor
        let grant = Grant(
            wallet: .init(account: customer.account, mode: .live), kind: kind,
            amount: .dollars(dollars), reason: "test",
            idempotencyKey: key ?? "\(ID<Grant>(at: actor.now))",
            expiresAt: wait.map { actor.now + $0 })
        return try await database.transaction { try Credits.give(grant, by: actor, in: $0) }
    }

    @discardableResult
    func hold(_ dollars: Int64, for customer: Customer) async throws -> Held {
        let submission = Submission.sample(
            key: customer.hash, quote: .dollars(dollars), server: lease.server,
            at: time.clock.now)
        let verdict = try await engine.admit(submission)
        let admitted = try #require(verdict.admitted)
        return Held(submission: submission, wallet: admitted.wallet, server: lease.server)
    }

    /// `yes`, or why not.
    func answer(_ dollars: Int64, for customer: Customer) async throws -> String {
        do {
            try await hold(dollars, for: customer)
            return "yes"
        } catch let refusal as Refusal {
            return refusal.kind.rawValue
        }
    }

    /// Ends what was held: paid, or failed where there is no cost.
    func settle(_ held: Held, cost: Int64?, postedAt time: Timestamp? = nil) async throws {
        let now = self.time.clock.now
        _ = try await engine.settle(
            Settlement(
                wallet: held.wallet, generation: held.submission.generation, server: held.server,
                outcome: cost.map { .delivered(images: 1, cost: .dollars($0), kept: []) }
                    ?? .failed(Refusal(.providerFailed, "no")),
                latency: .none, posting: ID(at: time ?? now), at: now))
    }

    @discardableResult
    func sweep() async throws -> Int {
        try await Expiry.sweep(on: database, at: time.clock.now)
    }

    /// Up to which posting a wallet's book is closed.
    func closed(_ name: Wallet.Name) async throws -> Int64? {
        try await database.read { transaction in
            try transaction.first(
                """
                select lots_to from wallet
                where account_id = \(name.account) and mode = \(name.mode.rawValue)
                """
            ) { try $0.next() }
        }
    }

    /// What expired, by the book it went to, in order.
    func books(of customer: Customer) async throws -> [String] {
        try await database.read { transaction in
            try transaction.rows(
                """
                select p.credit, x.amount from lapse x
                join posting p on p.account_id = x.account_id and p.id = x.posting_id
                where x.account_id = \(customer.account) order by p.number
                """
            ) { row in
                let book: String = try row.next()
                return "\(book) \(try row.next(Credits.self))"
            }
        }
    }

    /// What is left of lots, in the order of spending, as anybody would be told.
    func lots(of customer: Customer) async throws -> [String] {
        let now = time.clock.now
        let balance = try await database.read {
            try Balance.find(
                .init(account: customer.account, mode: .live), lots: .all, at: now, in: $0)
        }
        return (balance?.lots ?? []).map { "\($0.kind.rawValue) \($0.left)" }
    }
}

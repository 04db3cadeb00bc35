package import Gateway
import Jobs
import Ledger
package import Units

extension TestGateway {
    /// Admits and settles one generation of this customer's, charged for as `charges` say.
    @discardableResult
    package func charge(
        _ customer: Customer, _ charges: [ChargedLine], images: Int = 1, held: Credits? = nil,
        model: String = "test/paid", provider: String = "test", priceVersion: Int32 = 1
    ) async throws -> Settled {
        let now = time.clock.now
        let cost = charges.reduce(Credits.zero) { $0 + $1.amount }
        let admission = Admission(
            generation: ID(at: now), dialect: "test", model: model, provider: provider,
            priceVersion: priceVersion, n: images, request: #"{"prompt":"a fox"}"#,
            quote: held ?? cost, start: .running(lease.server), durable: false,
            deadline: now + .seconds(60), at: now)
        let verdict = try await engine.admit(
            Submission(key: customer.hash, admissions: [admission], at: now))
        guard case .admitted(let admitted) = verdict else {
            throw Refusal(.conflict, "it repeats")
        }
        var settlement = Settlement(
            wallet: admitted.wallet, generation: admission.generation, server: lease.server,
            outcome: .delivered(images: images, cost: cost, kept: []), latency: .none,
            posting: ID(at: now), at: now)
        settlement.charges = charges
        return try await engine.settle(settlement)
    }
}

extension ChargedLine {
    /// A line by its numbers; `amount` in dollars.
    package static func line(_ line: Int16, _ quantity: Int, _ dollars: Int64) -> ChargedLine {
        ChargedLine(
            line: line, quantity: quantity,
            amount: Credits(nanodollars: dollars * Credits.nanodollarsPerDollar))
    }
}

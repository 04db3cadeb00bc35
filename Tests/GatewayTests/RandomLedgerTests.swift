import Jobs
import Gateway
import GatewaySupport
import Ledger
import SeedSupport
import Postgres
import Testing
import Units

/// Random days of a few accounts through the real engine and database, beside a model of a few
/// lines. `withGateway` ends each with the audit.
@Suite struct RandomLedgerTests {
    /// What a wallet must be, by the simplest arithmetic there is.
    private struct Model {
        var posted: Int64
        var held: Int64 = 0
        var open: [(Submission, Admitted, Int64)] = []
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func aRandomDayAgreesWithASmallModel(seed: UInt64) async throws {
        print("random ledger: seed \(seed)")
        try await withGateway { gateway in
            var random = SeededRandom(seed: seed)
            var customers: [Customer] = []
            var models: [Model] = []
            for _ in 0..<3 {
                let dollars = Int64.random(in: 0...60, using: &random)
                customers.append(try await gateway.customer(credits: "\(dollars)"))
                models.append(Model(posted: dollars))
            }
            for step in 0..<60 {
                let who = Int.random(in: 0..<3, using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0..<5: try await admit(who, &models, customers, gateway, &random, step)
                case 5..<9: try await settle(who, &models, gateway, &random)
                default: try await grant(who, step, &models, customers, gateway, &random)
                }
            }
            for (model, customer) in zip(models, customers) {
                let wallet = try await gateway.wallet(of: customer)
                #expect(wallet.posted == .dollars(model.posted), "seed \(seed)")
                #expect(wallet.held == .dollars(model.held), "seed \(seed)")
            }
        }
    }

    /// Several asks at once: however they are cut into batches, money is never held twice.
    private func admit(
        _ who: Int, _ models: inout [Model], _ customers: [Customer], _ gateway: TestGateway,
        _ random: inout SeededRandom, _ step: Int
    ) async throws {
        let ask = Int64.random(in: 0...25, using: &random)
        let count = Int.random(in: 1...6, using: &random)
        let admissions = (0..<count).map { _ in
            Submission.sample(
                key: customers[who].hash, quote: .dollars(ask), server: gateway.lease.server)
        }
        let admitted = await withTaskGroup(of: (Submission, Admitted)?.self) { group in
            for admission in admissions {
                group.addTask {
                    // A refusal is counted by its absence.
                    let verdict = try? await gateway.engine.admit(admission)
                    return verdict?.admitted.map { (admission, $0) }
                }
            }
            var admitted: [(Submission, Admitted)] = []
            for await one in group { if let one { admitted.append(one) } }
            return admitted
        }
        let room = models[who].posted - models[who].held
        let expected = ask == 0 ? count : min(count, Int(max(0, room) / ask))
        try #require(admitted.count == expected, "step \(step)")
        models[who].held += Int64(admitted.count) * ask
        models[who].open += admitted.map { ($0.0, $0.1, ask) }
    }

    private func settle(
        _ who: Int, _ models: inout [Model], _ gateway: TestGateway, _ random: inout SeededRandom
    ) async throws {
        guard let (admission, admitted, held) = models[who].open.popLast() else { return }
        let fails = Bool.random(using: &random)
        let cost = fails ? 0 : Int64.random(in: 0...held, using: &random)
        let settlement = Settlement(
            wallet: admitted.wallet, generation: admission.generation,
            server: gateway.lease.server,
            outcome: fails
                ? .failed(Refusal(.providerFailed, "no"))
                : .delivered(images: 1, cost: .dollars(cost), kept: []),
            latency: .none, posting: ID(at: gateway.time.clock.now), at: gateway.time.clock.now)
        // Asked three times at once: it ends once.
        try await withThrowingTaskGroup(of: Settled.self) { group in
            for _ in 0..<3 { group.addTask { try await gateway.engine.settle(settlement) } }
            for try await settled in group { #expect(settled.captured == .dollars(cost)) }
        }
        models[who].posted -= cost
        models[who].held -= held
    }

    private func grant(
        _ who: Int, _ step: Int, _ models: inout [Model], _ customers: [Customer],
        _ gateway: TestGateway, _ random: inout SeededRandom
    ) async throws {
        let dollars = Int64.random(in: 1...20, using: &random)
        let grant = Grant(
            wallet: .init(account: customers[who].account, mode: .live), kind: .promotional,
            amount: .dollars(dollars), reason: "present", idempotencyKey: "step \(step)")
        let actor = gateway.actor
        _ = try await gateway.database.transaction { try Credits.give(grant, by: actor, in: $0) }
        models[who].posted += dollars
    }
}

import Gateway
import GatewaySupport
import Ledger
import Postgres
import Testing
import Units

/// Up to 20 together: funded all or none, and then each for itself.
@Suite struct BatchTests {
    private func submit(
        _ prompts: [String], for customer: Customer, on gateway: TestGateway,
        claim: IdempotencyClaim? = nil
    ) async throws -> SubmittedBatch {
        try await gateway.engine.submit(
            batch: prompts.map { JobTests.ask(prompt: $0) }, dialect: .imaRouter, webhook: nil,
            metadata: ["order": "17"], for: customer.hash,
            in: customer.mode, claim: claim)
    }

    private func find(_ batch: SubmittedBatch, on gateway: TestGateway) async throws -> BatchLine {
        try #require(
            try await gateway.database.read {
                try BatchLine.find(batch.id, of: batch.account, in: $0)
            })
    }

    private func work(_ gateway: TestGateway) async throws {
        let worker = Worker(engine: gateway.engine, slots: 64)
        while try await worker.takeOnce() > 0 || worker.running > 0 { await Task.yield() }
    }

    @Test func aBatchIsFundedTogetherOrNotAtAll() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "0.011")
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await submit(["a", "b", "c"], for: acme, on: gateway)
            }
            #expect(refusal?.shortfall?.missing.dollars == "0.001")
            #expect(try await gateway.wallet(of: acme).held == .zero)
            let batch = try await submit(["a", "b"], for: acme, on: gateway)
            #expect(try await gateway.wallet(of: acme).held.dollars == "0.008")
            #expect(
                try await find(batch, on: gateway).members.map(\.state) == ["queued", "queued"])
            try await work(gateway)
        }
    }

    @Test func membersAreInOrderAndChargedForThemselves() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let batch = try await submit(
                ["a fox", "sandbox:moderated an owl", "a bear"], for: acme, on: gateway)
            try await work(gateway)
            let line = try await find(batch, on: gateway)
            #expect(line.members.map(\.state) == ["completed", "failed", "completed"])
            #expect(
                line.members.map { $0.request?.prompt } == [
                    "a fox", "sandbox:moderated an owl", "a bear",
                ])
            #expect(line.open == 0 && line.endedAt != nil)
            #expect(line.metadata == ["order": "17"])
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.992")
        }
    }

    @Test func cancellingReleasesWhatHasNotStarted() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let batch = try await submit(["a", "b", "c"], for: acme, on: gateway)
            for member in try await find(batch, on: gateway).members {
                try await gateway.engine.cancel(member)
            }
            #expect(try await find(batch, on: gateway).endedAt != nil)
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
        }
    }

    @Test func aBatchUnderAKeyIsSubmittedOnce() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let claim = IdempotencyClaim(
                key: "b-1", fingerprint: [UInt8](repeating: 1, count: 32), path: "POST /b")
            let first = try await submit(["a", "b"], for: acme, on: gateway, claim: claim)
            let again = try await submit(["a", "b"], for: acme, on: gateway, claim: claim)
            #expect(first.id == again.id && again.replayed)
            #expect(try await gateway.wallet(of: acme).held.dollars == "0.008")
            try await work(gateway)
        }
    }
}

import Gateway
import GatewaySupport
import Jobs
import Ledger
import Postgres
import Signing
import Testing
import Units

/// One key, one piece of work.
@Suite struct IdempotencyTests {
    private func claim(_ key: String, _ fingerprint: UInt8 = 1) -> IdempotencyClaim {
        IdempotencyClaim(
            key: key, fingerprint: [UInt8](repeating: fingerprint, count: 32), path: "POST /x")
    }

    @Test func theSameKeyWorksOnceAndIsAnsweredAlike() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let first = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            let again = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            #expect(!first.replayed && again.replayed)
            #expect(first.id == again.id)
            #expect(first.images.map(\.bytes) == again.images.map(\.bytes))
            #expect(first.money == again.money)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test func twentyAtOnceOnTwoServersAreOne() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            let ids = try await withThrowingTaskGroup(of: ID<Generation>?.self) { group in
                for index in 0..<20 {
                    let engine = index % 2 == 0 ? gateway.engine : other.engine
                    group.addTask {
                        while true {
                            do {
                                return try await engine.finish(
                                    JobTests.ask(),
                                    for: acme.hash, claim: claim("order-1")
                                ).id
                            } catch let refusal as Refusal where refusal.kind == .stillRunning {
                                await Task.yield()
                            }
                        }
                    }
                }
                var ids: Set<ID<Generation>> = []
                for try await id in group { if let id { ids.insert(id) } }
                return ids
            }
            #expect(ids.count == 1)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    /// No wallet is locked for what is free: here the primary key decides.
    @Test func twentyFreeOnesAtOnceOnTwoServersAreOne() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<20 {
                    let engine = index % 2 == 0 ? gateway.engine : other.engine
                    group.addTask {
                        _ = try await engine.generate(
                            JobTests.ask("test/test"), for: acme.hash, in: .live,
                            claim: claim("order-1"), patience: .none)
                    }
                }
                try await group.waitForAll()
            }
            let lines = try await gateway.database.read { transaction in
                try GenerationLine.page(
                    of: acme.account, filter: .init(), before: nil, limit: 10, in: transaction)
            }
            #expect(lines.count == 1)
        }
    }

    @Test func whatIsStillRunningIsNotBegunAgain() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            async let first = gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            while vendor.polls == 0 { await Task.yield() }
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            }
            #expect(refusal?.kind == .stillRunning && refusal?.retryAfter == .seconds(1))
            vendor.finish()
            _ = try await first
        }
    }

    @Test func anotherRequestUnderTheSameKeyIsRefusedAndNamesTheFirst() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let first = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(), for: acme.hash, claim: claim("order-1", 2))
            }
            #expect(refusal?.kind == .idempotencyKeyReused)
            #expect(refusal?.message.contains("\(first.id)") == true)
        }
    }

    @Test func aFailureIsToldAgainAndWhatWasRefusedIsNotRemembered() async throws {
        let vendor = try ScriptedProvider()
        vendor.fail(.refused(Refusal(.moderated, "not that")))
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "0.004")
            await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(), for: acme.hash, claim: claim("moderated"))
            }
            let again = await #expect(throws: ReplayedRefusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(), for: acme.hash, claim: claim("moderated"))
            }
            #expect(again?.refusal.kind == .moderated)
            #expect(vendor.submitted == 1)
            // Too poor at first; with credits the same key works.
            let poor = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(n: 2), for: acme.hash, claim: claim("poor"))
            }
            #expect(poor?.kind == .insufficientCredits)
            _ = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("poor"))
        }
    }

    /// It is what the caller was told to do, and nothing was charged.
    @Test func afterAProviderWasBusyTheSameKeyMayBeUsedAgain() async throws {
        let vendor = try ScriptedProvider()
        for _ in 0..<4 { vendor.fail(.busy(retryAfter: nil)) }
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(
                    JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            }
            #expect(refusal?.kind == .rateLimited)
            let second = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            let third = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            #expect(!second.replayed && third.replayed && second.id == third.id)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test func whatIsKeptNowhereIsNotCarriedOnForNobody() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            var request = JobTests.ask()
            request.keeping = .ephemeral
            let dead = try await gateway.otherServer()
            let (asked, claim) = (request, claim("order-1"))
            let lost = Task { try await dead.engine.finish(asked, for: acme.hash, claim: claim) }
            while vendor.polls == 0 { await Task.yield() }
            try await gateway.live(for: 20)
            #expect(try await gateway.engine.reapOnce() == 1)
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
            vendor.finish()
            await #expect(throws: Refusal.self) { try await lost.value }
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
            dead.database.close()
        }
    }

    @Test func afterADayAKeyIsNew() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let first = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            gateway.time.pass(.seconds(86_401))
            let second = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            #expect(first.id != second.id && !second.replayed)
        }
    }

    @Test func anotherAccountsKeyIsAnotherKey() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let other = try await gateway.customer(credits: "1.00")
            let first = try await gateway.engine.finish(
                JobTests.ask(), for: acme.hash, claim: claim("order-1"))
            let second = try await gateway.engine.finish(
                JobTests.ask(), for: other.hash, claim: claim("order-1"))
            #expect(first.id != second.id)
        }
    }
}

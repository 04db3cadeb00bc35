import Postgres
import Jobs
import Gateway
import GatewaySupport
import Ledger
import Testing
import Units

@Suite struct ReaperTests {
    private func admit(_ customer: Customer, on gateway: TestGateway) async throws -> Submission {
        let admission = Submission.sample(
            key: customer.hash, quote: .dollars(1), server: gateway.lease.server,
            at: gateway.time.clock.now)
        _ = try await gateway.engine.admit(admission)
        return admission
    }

    @Test func whatADeadServerLeftIsReleasedWithinItsLease() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let dead = try await gateway.otherServer()
            defer { dead.database.close() }
            _ = try await admit(acme, on: dead)
            #expect(try await gateway.wallet(of: acme).held == .dollars(1))
            // Within the lease nobody touches it; the survivor must itself be steady first.
            try await gateway.live(for: 16)
            #expect(try await gateway.engine.reapOnce() == 0)
            try await gateway.live(for: 4)
            #expect(try await gateway.engine.reapOnce() == 1)
            #expect(try await gateway.wallet(of: acme).available == .dollars(5))
            #expect(try await gateway.engine.reapOnce() == 0)
        }
    }

    @Test func aServerThatComesBackCannotEndWhatWasReleased() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let paused = try await gateway.otherServer()
            defer { paused.database.close() }
            let admission = try await admit(acme, on: paused)
            try await gateway.live(for: 20)
            #expect(try await gateway.engine.reapOnce() == 1)
            let late = Settlement(
                wallet: .init(account: acme.account, mode: .live),
                generation: admission.generation, server: paused.lease.server,
                outcome: .delivered(images: 1, cost: .dollars(1), kept: []), latency: .none,
                posting: ID(at: gateway.time.clock.now), at: gateway.time.clock.now)
            let refusal = await #expect(throws: Refusal.self) {
                try await paused.engine.settle(late)
            }
            #expect(refusal?.kind == .conflict)
            #expect(try await gateway.wallet(of: acme).posted == .dollars(5))
        }
    }

    @Test func afterAnOutageOthersGetTheirChanceToRenewFirst() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            _ = try await admit(acme, on: other)
            // Both were cut off for a minute; this one is back first.
            gateway.time.pass(.seconds(40))
            try await gateway.lease.renew()
            #expect(try await gateway.engine.reapOnce() == 0)
            try await other.lease.renew()
            try await gateway.live(for: 12)
            try await other.lease.renew()
            try await gateway.live(for: 8)
            #expect(try await gateway.engine.reapOnce() == 0)
            #expect(try await gateway.wallet(of: acme).held == .dollars(1))
            // It dies now.
            try await gateway.live(for: 20)
            #expect(try await gateway.engine.reapOnce() == 1)
        }
    }

    @Test func whatIsPastItsDeadlineIsReleasedWhoeverHasIt() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            _ = try await admit(acme, on: other)
            for _ in 0..<18 {
                gateway.time.pass(.seconds(4))
                try await gateway.lease.renew()
                try await other.lease.renew()
            }
            #expect(try await gateway.engine.reapOnce() == 1)
            #expect(try await gateway.wallet(of: acme).held == .zero)
        }
    }

    @Test func whatThisServerDoesNotRememberIsReleased() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            // Admitted past `generate`: as when the answer of `admit` was lost.
            _ = try await admit(acme, on: gateway)
            #expect(try await gateway.engine.reapOnce() == 0)
            try await gateway.live(for: 12)
            #expect(try await gateway.engine.reapOnce() == 1)
        }
    }
}

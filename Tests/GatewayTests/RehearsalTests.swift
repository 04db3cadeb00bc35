import GatewaySupport
import Ledger
import Pictures
import Testing
import Units

@testable import Gateway

/// What a prompt can ask of the built-in provider.
@Suite struct RehearsalTests {
    @Test func aSlowTaskShowsItsViewsAtEvenDistances() {
        let start = Timestamp(seconds: 1_000_000)
        let task = SlowTask(due: start + .seconds(8), seconds: 8)
        let seen = (0...8).map { task.viewsDue(of: 3, at: start + .seconds($0)) }
        #expect(seen == [0, 0, 1, 1, 2, 2, 3, 3, 3])
        #expect(task.viewsDue(of: 0, at: start + .seconds(9)) == 0)
    }

    @Test func aSlowTasksNameIsAllThatIsKnownOfIt() throws {
        var task = SlowTask(due: Timestamp(microseconds: 5_000_001), seconds: 5)
        for shown in 0...2 {
            task.shown = shown
            guard case .pending(let name, _, _) = task.pending(at: Timestamp(seconds: 1)) else {
                Issue.record("it has ended")
                continue
            }
            #expect(SlowTask(name) == task)
        }
        // As the program before this one wrote it.
        #expect(SlowTask("slow-5000001-5")?.shown == 0)
        for name in ["", "slow", "slow-1", "slow-1-x", "slow-1-2-3-4", "fast-1-2"] {
            #expect(SlowTask(name) == nil, "\(name)")
        }
    }

    @Test func aJobThatWaitsInTheQueueCanBeCancelled() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let request = GenerationRequest(
                dialect: .imaRouter, model: "test/paid", prompt: "sandbox:queued=30 a fox",
                size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
            let answer = try await gateway.engine.generate(
                request, for: acme.hash, in: acme.mode, patience: .none)
            guard case .accepted(let job, _, _) = answer else {
                Issue.record("it was not queued: \(answer)")
                return
            }
            let worker = Worker(engine: gateway.engine, slots: 4)
            #expect(try await worker.takeOnce() == 0)
            try await gateway.engine.cancel(try await gateway.jobs.job(job))
            #expect(try await gateway.jobs.job(job).state == "cancelled")
            #expect(try await gateway.wallet(of: acme).held == .zero)
        }
    }

    @Test func aJobThatHasWaitedBegins() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let request = GenerationRequest(
                dialect: .imaRouter, model: "test/paid", prompt: "sandbox:queued=30 a fox",
                size: .pixels(PixelSize(width: 16, height: 16)), format: .png)
            _ = try await gateway.engine.generate(
                request, for: acme.hash, in: acme.mode, patience: .none)
            let worker = Worker(engine: gateway.engine, slots: 4)
            #expect(try await worker.takeOnce() == 0)
            gateway.time.pass(.seconds(31))
            #expect(try await worker.takeOnce() == 1)
            while worker.running > 0 { await Task.yield() }
        }
    }
}

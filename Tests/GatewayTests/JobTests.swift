import Gateway
import GatewaySupport
import Jobs
import Ledger
import Pictures
import Postgres
import Testing
import Units

/// What is queued is carried out once, by whoever is alive.
@Suite struct JobTests {
    static func ask(
        _ model: String = "test/paid", prompt: String = "a fox", n: Int = 1,
        webhook: RequestedWebhook? = nil
    ) -> GenerationRequest {
        GenerationRequest(
            dialect: .imaRouter, model: model, prompt: prompt, n: n,
            size: .pixels(PixelSize(width: 16, height: 16)), format: .png, webhook: webhook)
    }

    private func submit(
        _ request: GenerationRequest = ask(), for customer: Customer, on gateway: TestGateway
    ) async throws -> JobName {
        let answer = try await gateway.engine.generate(
            request, for: customer.hash, in: customer.mode, patience: .none)
        guard case .accepted(let job, false, _) = answer else {
            throw Refusal(.conflict, "it was not queued: \(answer)")
        }
        return job
    }

    /// Works until nothing is left, and waits for what was begun.
    private func work(_ worker: Worker) async throws {
        repeat {
            while try await worker.takeOnce() > 0 {}
            while worker.running > 0 { await Task.yield() }
        } while try await worker.takeOnce() > 0
    }

    private func ended(_ job: JobName, on gateway: TestGateway) async throws -> GenerationLine {
        try await gateway.engine.wait(for: job, atMost: .seconds(120), reading: gateway.jobs)
    }

    @Test func aJobWaitsIsCarriedOutAndPaidFor() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(Self.ask(n: 2), for: acme, on: gateway)
            #expect(try await gateway.jobs.job(job).state == "queued")
            #expect(try await gateway.wallet(of: acme).held.dollars == "0.008")
            try await work(Worker(engine: gateway.engine, slots: 4))
            let line = try await gateway.jobs.job(job)
            #expect(line.state == "completed")
            #expect(line.images.count == 2)
            #expect(line.posting != nil)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.992")
        }
    }

    @Test func whoeverPollsLongIsToldAtTheEnd() async throws {
        try await withGateway(provider: try ScriptedProvider(pollsUntilDone: 5)) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            async let line = ended(job, on: gateway)
            let worker = Worker(engine: gateway.engine, slots: 1)
            try await work(worker)
            #expect(try await line.state == "completed")
        }
    }

    /// The vendor has been paid once the task is accepted.
    @Test func aTaskBegunByADeadServerIsAskedForAndNotPaidAgain() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let dead = try await gateway.otherServer()
            let job = try await submit(for: acme, on: dead)
            let worker = Worker(engine: dead.engine, slots: 1)
            #expect(try await worker.takeOnce() == 1)
            while vendor.polls == 0 { await Task.yield() }
            // Its tasks go on, as those of a process that hangs would; nothing of theirs may count.
            try await gateway.live(for: 20)
            #expect(try await gateway.engine.reapOnce() == 1)
            let heir = Worker(engine: gateway.engine, slots: 1)
            #expect(try await heir.takeOnce() == 1)
            vendor.finish()
            #expect(try await ended(job, on: gateway).state == "completed")
            while worker.running + heir.running > 0 { await Task.yield() }
            #expect(vendor.submitted == 1)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
            dead.database.close()
        }
    }

    /// What waited for long is not what was forgotten.
    @Test func whatWasJustClaimedIsNotTakenForAStray() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            gateway.time.pass(.seconds(60))
            try await gateway.lease.renew()
            // Claimed by this server's row, and not yet remembered by its process.
            let server = gateway.lease.server
            let now = gateway.time.clock.now
            try await gateway.sql(
                """
                update generation set state = 'running', server_id = \(server), ready_at = \(now),
                    claims = 1, run = 1
                """)
            #expect(try await gateway.engine.reapOnce() == 0)
            #expect(try await gateway.jobs.job(job).state == "running")
            gateway.time.pass(.seconds(11))
            try await gateway.lease.renew()
            #expect(try await gateway.engine.reapOnce() == 1)
            vendor.finish()
            try await work(Worker(engine: gateway.engine, slots: 1))
        }
    }

    @Test func aServerThatStopsWhileAProviderIsAskedWritesTheTaskDown() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        vendor.holdSubmissions()
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let leaving = try await gateway.otherServer()
            defer { leaving.database.close() }
            let job = try await submit(for: acme, on: leaving)
            #expect(try await Worker(engine: leaving.engine, slots: 1).takeOnce() == 1)
            while vendor.submitted == 0 { await Task.yield() }
            async let stopped: Void = leaving.engine.stop()
            while !leaving.engine.isStopping { await Task.yield() }
            vendor.letSubmissionsGo()
            await stopped
            vendor.finish()
            try await work(Worker(engine: gateway.engine, slots: 1))
            #expect(try await gateway.jobs.job(job).state == "completed")
            #expect(vendor.submitted == 1)
        }
    }

    @Test func aServerThatStopsHandsBackWhatItHasBegun() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let leaving = try await gateway.otherServer()
            defer { leaving.database.close() }
            let job = try await submit(for: acme, on: leaving)
            #expect(try await Worker(engine: leaving.engine, slots: 1).takeOnce() == 1)
            while vendor.polls == 0 { await Task.yield() }
            await leaving.engine.stop()
            #expect(try await gateway.jobs.job(job).state == "queued")
            vendor.finish()
            try await work(Worker(engine: gateway.engine, slots: 1))
            #expect(try await gateway.jobs.job(job).state == "completed")
            #expect(vendor.submitted == 1)
        }
    }

    @Test func whatStopsEveryServerIsGivenUp() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            for _ in 0..<5 {
                let dying = try await gateway.otherServer()
                let polls = vendor.polls
                #expect(try await Worker(engine: dying.engine, slots: 1).takeOnce() == 1)
                // The task is written down by then, and nothing holds the row.
                while vendor.polls < polls + 10 { await Task.yield() }
                try await gateway.live(for: 20)
                #expect(try await gateway.engine.reapOnce() == 1)
                dying.database.close()
            }
            #expect(try await gateway.jobs.job(job).state == "failed")
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
            vendor.finish()
        }
    }

    @Test func oneAccountsBacklogDoesNotKeepAnotherWaiting() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let busy = try await gateway.customer(credits: "1.00")
            let other = try await gateway.customer(credits: "1.00")
            for _ in 0..<30 { _ = try await submit(for: busy, on: gateway) }
            let worker = Worker(engine: gateway.engine, slots: 8)
            // Alone, an account gets half of what is free, and then half of what it left.
            #expect(try await worker.takeOnce() == 4)
            #expect(try await worker.takeOnce() == 0)
            let late = try await submit(for: other, on: gateway)
            #expect(try await worker.takeOnce() > 0)
            #expect(try await gateway.jobs.job(late).state == "running")
            vendor.finish()
            try await work(worker)
        }
    }

    /// A walk is over so many accounts; those that can have nothing yet are not among them.
    @Test func whatIsNotReadyKeepsNobodyBehindItWaiting() async throws {
        try await withGateway { gateway in
            for _ in 0..<130 {
                let early = try await gateway.customer()
                _ = try await submit(Self.ask("test/test"), for: early, on: gateway)
            }
            let later = gateway.time.clock.now + .seconds(60)
            try await gateway.sql("update generation set ready_at = \(later)")
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            let worker = Worker(engine: gateway.engine, slots: 2)
            #expect(try await worker.takeOnce() == 1)
            #expect(try await ended(job, on: gateway).state == "completed")
            gateway.time.pass(.seconds(61))
            try await gateway.lease.renew()
            try await work(Worker(engine: gateway.engine, slots: 512))
        }
    }

    @Test func aQueueHasItsDepth() async throws {
        try await withGateway(queueDepth: 3) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            for _ in 0..<3 { _ = try await submit(for: acme, on: gateway) }
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await submit(for: acme, on: gateway)
            }
            #expect(refusal?.kind == .queueFull)
            #expect(try await gateway.wallet(of: acme).held.dollars == "0.012")
            // Another account has its own.
            _ = try await submit(
                for: try await gateway.customer(credits: "1.00"), on: gateway)
            try await work(Worker(engine: gateway.engine, slots: 8))
            _ = try await submit(for: acme, on: gateway)
        }
    }

    @Test func whatHasNotBegunCanBeCancelledAndCostsNothing() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            try await gateway.engine.cancel(try await gateway.jobs.job(job))
            #expect(try await gateway.jobs.job(job).state == "cancelled")
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
            #expect(try await Worker(engine: gateway.engine, slots: 1).takeOnce() == 0)
        }
    }

    @Test func whatHasBegunCannotBeCancelled() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            let worker = Worker(engine: gateway.engine, slots: 1)
            #expect(try await worker.takeOnce() == 1)
            let line = try await gateway.jobs.job(job)
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.cancel(line)
            }
            #expect(refusal?.kind == .conflict)
            vendor.finish()
            #expect(try await ended(job, on: gateway).state == "completed")
        }
    }

    @Test func aJobNobodyGotToInADayIsReleased() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let job = try await submit(for: acme, on: gateway)
            gateway.time.pass(.seconds(86_400 + 60))
            try await gateway.lease.renew()
            #expect(try await gateway.engine.reapOnce() == 1)
            #expect(try await gateway.jobs.job(job).failure?.kind == .deadlinePassed)
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
        }
    }

    /// A caller who hangs up is not asked again.
    @Test func aSlowCallPastItsPatienceGoesOnAsAJob() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let answer = try await gateway.engine.generate(
                Self.ask(), for: acme.hash, in: .live, patience: .upTo(.milliseconds(20)))
            guard case .accepted(let job, false, _) = answer else {
                Issue.record("\(answer)")
                return
            }
            #expect(try await gateway.jobs.job(job).state == "running")
            vendor.finish()
            #expect(try await ended(job, on: gateway).state == "completed")
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }
}

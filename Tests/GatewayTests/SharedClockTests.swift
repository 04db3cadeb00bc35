import Gateway
import GatewaySupport
import Jobs
import Ledger
import Postgres
import Testing
import Threads
import Units

/// Machines whose clocks are wrong share the database's time all the same.
@Suite struct SharedClockTests {
    /// A machine whose clock is off by `skew`, and on which time passes as the test says.
    private struct Machine {
        let passed: Lock<Duration>
        let skew: Duration

        func clock(on database: Database) -> SharedClock {
            let (passed, skew) = (passed, skew)
            return SharedClock(
                database: database,
                wall: Clock { Clock.system.now + skew + passed.withLock { $0 } },
                elapsed: Clock { Clock.sinceBoot.now + passed.withLock { $0 } })
        }
    }

    private static func databaseTime(_ database: Database) async throws -> Timestamp {
        try #require(
            try await database.read {
                try $0.first("select clock_timestamp()") { try $0.next(Timestamp.self) }
            })
    }

    /// Gives `body` three servers: 30 s behind, right, and 15 minutes ahead. Has 24 s pass on all of
    /// them at once, in which each renews its lease and looks for what is abandoned.
    private func withSkewedServers(
        provider: ScriptedProvider,
        _ body: ([TestGateway], Customer, _ passing: () async throws -> Void) async throws -> Void
    ) async throws {
        try await withGateway(provider: provider) { gateway in
            gateway.time.pass(try await Self.databaseTime(gateway.database) - Day.today)
            let now = gateway.time.clock.now
            try await gateway.database.transaction { try Partitions.make(at: now, in: $0) }
            let acme = try await gateway.customer(credits: "1.00")
            let passed = Lock(Duration.zero)
            var servers: [TestGateway] = []
            for skew in [Duration.seconds(-30), .zero, .seconds(900)] {
                let time = Machine(passed: passed, skew: skew).clock(on: gateway.database)
                try await time.ask()
                servers.append(try await gateway.otherServer(clock: time.clock))
            }
            defer { for server in servers { server.database.close() } }
            try await body(servers, acme) {
                for _ in 0..<6 {
                    passed.withLock { $0 += .seconds(4) }
                    for server in servers { try await server.lease.renew() }
                    for server in servers { #expect(try await server.engine.reapOnce() == 0) }
                }
            }
            gateway.time.pass(.seconds(60))
        }
    }

    @Test func callsOfServersWithWrongClocksAreAnswered() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withSkewedServers(provider: vendor) { servers, acme, passing in
            try await withThrowingTaskGroup(of: Int.self) { calls in
                for server in servers {
                    calls.addTask {
                        try await server.engine.finish(JobTests.ask(), for: acme.hash).images.count
                    }
                }
                while vendor.polls < servers.count { await Task.yield() }
                try await passing()
                vendor.finish()
                for try await images in calls { #expect(images == 1) }
            }
            #expect(vendor.submitted == servers.count)
            #expect(try await servers[1].wallet(of: acme).posted.dollars == "0.988")
        }
    }

    @Test func jobsOfServersWithWrongClocksAreCarriedOutOnce() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: .max)
        try await withSkewedServers(provider: vendor) { servers, acme, passing in
            for server in servers {
                _ = try await server.engine.generate(
                    JobTests.ask(), for: acme.hash, in: .live, patience: .none)
            }
            let workers = servers.map { Worker(engine: $0.engine, slots: 1) }
            for worker in workers { #expect(try await worker.takeOnce() == 1) }
            while vendor.polls < servers.count { await Task.yield() }
            try await passing()
            for worker in workers { #expect(try await worker.takeOnce() == 0) }
            vendor.finish()
            while workers.contains(where: { $0.running > 0 }) { await Task.yield() }
            #expect(vendor.submitted == servers.count)
            #expect(try await servers[1].wallet(of: acme).posted.dollars == "0.988")
        }
    }

    @Test func aWrongClockIsPutRightByTheDatabases() async throws {
        try await withGateway { gateway in
            for skew in [Duration.seconds(-30), .zero, .seconds(900)] {
                let machine = Machine(passed: Lock(.zero), skew: skew)
                let time = machine.clock(on: gateway.database)
                #expect(abs((time.clock.now - (Clock.system.now + skew)).milliseconds) < 60_000)
                let before = try await Self.databaseTime(gateway.database)
                try await time.ask()
                let read = time.clock.now
                // Right to half a round trip, which on a busy machine may be long.
                let after = try await Self.databaseTime(gateway.database)
                let slack = (after - before)
                #expect(read >= before - slack)
                #expect(read <= after + slack)
                #expect(abs((time.skew - skew).microseconds) <= 2 * slack.microseconds)
            }
        }
    }

    /// A machine whose clock is set back or forth while it serves.
    @Test func aClockThatIsSetWhileItRunsChangesNothingButTheSkew() async throws {
        try await withGateway { gateway in
            let stepped = Lock(Duration.zero)
            let still = Clock.stopped(at: Timestamp(seconds: 5000))
            let time = SharedClock(
                database: gateway.database, wall: Clock { Day.today + stepped.withLock { $0 } },
                elapsed: still)
            try await time.ask()
            let before = (time.clock.now, time.skew)
            stepped.withLock { $0 = .seconds(900) }
            #expect(time.clock.now == before.0)
            #expect(time.skew == before.1 + .seconds(900))
        }
    }

    @Test func aMachineThatIsFarOffDoesNotBegin() async throws {
        try await withGateway { gateway in
            for skew in [Duration.seconds(-120), .seconds(900)] {
                let machine = Machine(passed: Lock(.zero), skew: skew)
                let fault = await #expect(throws: SharedClock.Skewed.self) {
                    try await machine.clock(on: gateway.database).begin()
                }
                #expect(fault?.description.contains(skew < .zero ? "behind" : "ahead of") == true)
            }
            let near = Machine(passed: Lock(.zero), skew: .seconds(-30))
            try await near.clock(on: gateway.database).begin()
        }
    }
}

import DatabaseSupport
import GatewaySupport
import Pictures
import Postgres
import Testing
import Units

@testable import Gateway

/// Look-ups of several accounts in one transaction, each behind its own wall.
@Suite struct JobReaderTests {
    private func withJobs(_ body: (TestGateway, [JobName]) async throws -> Void) async throws {
        try await withGateway { gateway in
            var jobs: [JobName] = []
            for _ in 0..<3 {
                let customer = try await gateway.customer()
                let made = try await gateway.engine.finish(
                    GenerationRequest(
                        dialect: .jobs, model: "test/test", prompt: "a fox",
                        size: .pixels(PixelSize(width: 16, height: 16)), format: .png),
                    for: customer.hash)
                jobs.append(JobName(account: customer.account, id: made.id))
            }
            try await body(gateway, jobs)
        }
    }

    @Test func everybodyFindsTheirOwnAndNobodyAnothers() async throws {
        try await withJobs { gateway, jobs in
            let asked = jobs.flatMap { owner in
                jobs.map { JobName(account: owner.account, id: $0.id) }
            }
            try await withThrowingTaskGroup { group in
                for job in asked {
                    group.addTask {
                        do {
                            let line = try await gateway.jobs.job(job)
                            #expect(jobs.contains(job) && line.name == job)
                            #expect(line.images.count == 1)
                        } catch let refusal as Refusal {
                            #expect(refusal.kind == .notFound && !jobs.contains(job))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func accountsCostNoRoundTripsOfTheirOwn() async throws {
        try await withJobs { gateway, jobs in
            let relay = try Relay(to: gateway.url)
            defer { relay.close() }
            let database = Database(url: relay.url, connections: 1)
            defer { database.close() }
            for count in 1...jobs.count {
                try await database.runAlone("select 1")
                let before = relay.roundTrips
                let found = try await database.read(as: .reader) {
                    try GenerationLine.find(Set(jobs.prefix(count)), turning: $0)
                }
                #expect(found.count == count)
                // The lines, their pictures, the end of the transaction, and this one.
                try await database.runAlone("select 1")
                #expect(relay.roundTrips - before == 4, "\(count)")
            }
        }
    }
}

import Gateway
import GatewaySupport
import Ledger
import Postgres
import Pictures
import Testing
import Units

/// What a provider's failures come to.
@Suite struct RetryTests {
    private func outcome(
        of vendor: ScriptedProvider, n: Int = 1
    ) async throws -> (line: GenerationLine, posted: String) {
        nonisolated(unsafe) var seen: (GenerationLine, String)?
        try await withGateway(provider: vendor) { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            // The line says how it ended.
            _ = try? await gateway.engine.finish(JobTests.ask(n: n), for: acme.hash)
            let lines = try await gateway.database.read { transaction in
                try GenerationLine.page(
                    of: acme.account, filter: .init(), before: nil, limit: 2, in: transaction)
            }
            #expect(lines.count == 1)
            let posted = try await gateway.wallet(of: acme).available.dollars
            unsafe seen = (try #require(lines.first), posted)
        }
        return try #require(unsafe seen)
    }

    @Test func aBusyProviderIsTriedAgain() async throws {
        let vendor = try ScriptedProvider()
        vendor.fail(.busy(retryAfter: nil), .broken("no answer"), .failed("no picture"))
        let (line, posted) = try await outcome(of: vendor)
        #expect(line.state == "completed" && posted == "0.996")
        #expect(vendor.submitted == 4)
    }

    @Test func afterFourTriesItHasFailedAndCostsNothing() async throws {
        let vendor = try ScriptedProvider()
        for _ in 0..<4 { vendor.fail(.broken("down")) }
        let (line, posted) = try await outcome(of: vendor)
        #expect(line.failure?.kind == .providerFailed && posted == "1")
        #expect(vendor.submitted == 4)
    }

    @Test func aRefusalIsNeverTriedAgain() async throws {
        let vendor = try ScriptedProvider()
        vendor.fail(.refused(Refusal(.moderated, "not that")))
        let (line, posted) = try await outcome(of: vendor)
        #expect(line.failure?.kind == .moderated && posted == "1")
        #expect(vendor.submitted == 1)
    }

    @Test func aTaskThatCannotBeAskedForIsNotSubmittedAgain() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: 3)
        vendor.failPolls(.broken("cut"), .broken("cut"))
        let (line, _) = try await outcome(of: vendor)
        #expect(line.state == "completed")
        #expect(vendor.submitted == 1)
    }

    @Test func pollsThatFailNowAndThenAreNotFailing() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: 40)
        vendor.failEveryOtherPoll()
        let (line, _) = try await outcome(of: vendor)
        #expect(line.state == "completed")
        #expect(vendor.submitted == 1)
    }

    @Test func aTaskThatFailedIsSubmittedAgain() async throws {
        let vendor = try ScriptedProvider(pollsUntilDone: 2)
        vendor.failPolls(.failed("out of memory"))
        let (line, _) = try await outcome(of: vendor)
        #expect(line.state == "completed")
        #expect(vendor.submitted == 2)
    }

    @Test func aPartialSuccessCostsWhatWasDelivered() async throws {
        let vendor = try ScriptedProvider()
        vendor.deliver(2)
        let (line, posted) = try await outcome(of: vendor, n: 5)
        #expect(line.state == "completed" && line.delivered == 2)
        #expect(posted == "0.992")
    }

    @Test func noPictureAtAllIsAFailure() async throws {
        let vendor = try ScriptedProvider()
        vendor.deliver(0)
        let (line, posted) = try await outcome(of: vendor)
        #expect(line.failure?.kind == .providerFailed && posted == "1")
    }
}

import FoundationEssentials
import GatewaySupport
import Ledger
import Pictures
import Postgres
import ProviderSupport
import Providers
import Testing
import Units

@testable import Gateway

/// A vendor's bad hour is not the customer's. OpenAI sells GPT Image 2, and so does Azure.
@Suite struct FailOverTests {
    private let model = "gpt-image-2"
    private let size = PixelSize(width: 1024, height: 1024)

    private func ask(_ prompt: String = "a fox", n: Int = 1) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: prompt, n: n, size: .pixels(size),
            quality: "low", format: .png)
    }

    private func ready(
        _ emulator: Emulator, credentials: [Secret]? = nil, timeout: Duration? = nil
    ) throws -> ReadyVendor {
        var vendor = try emulator.vendor
        if let timeout { vendor.timeout = timeout }
        return ReadyVendor(
            vendor: vendor, credentials: credentials ?? [Emulator.credential])
    }

    /// Both vendors, the whole catalogue, and a customer with a dollar.
    private func withTwo(
        firstTimeout: Duration? = nil,
        _ body: @escaping @Sendable (TestGateway, Customer, Emulator, Emulator) async throws -> Void
    ) async throws {
        try await withEmulator(of: "openai") { openAI in
            try await withEmulator(of: "azure") { azure in
                try await withGateway(vendors: [
                    ready(openAI, timeout: firstTimeout), ready(azure),
                ]) { gateway in
                    try await gateway.sync()
                    let acme = try await gateway.customer(credits: "10.00")
                    try await body(gateway, acme, openAI, azure)
                }
            }
        }
    }

    private func attempts(_ gateway: TestGateway) async throws -> [String] {
        try await gateway.database.read {
            try $0.rows(
                "select provider || ' ' || outcome from generation_attempt order by position"
            ) {
                try $0.next(String.self)
            }
        }
    }

    @Test(arguments: [
        (Behaviour.fails(.overloaded), "broken"), (.fails(.rateLimited), "busy"),
        (.fails(.operatorAuth), "out"), (.fails(.operatorFunds), "out"),
        (.fails(.modelGone), "out"), (.garbage, "broken"), (.truncated, "broken"),
        (.cut, "broken"), (.slow(.seconds(30)), "broken"), (.failsInside(.noImage), "failed"),
    ]) func theSecondDeliversAndTheCustomerPaysOnce(
        _ behaviour: Behaviour, _ outcome: String
    ) async throws {
        // Only who is to be given up is given little time.
        let timeout: Duration? = if case .slow = behaviour { .milliseconds(400) } else { nil }
        try await withTwo(firstTimeout: timeout) { gateway, acme, openAI, azure in
            openAI.will(behaviour)
            let made = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(made.images.count == 1)
            #expect(openAI.submissions == 1 && azure.accepted == 1)
            #expect(try await attempts(gateway) == ["openai \(outcome)", "azure done"])
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.held == .zero)
            #expect(wallet.posted + made.money.captured == Credits(dollars: "10"))
            let served = try await gateway.database.read {
                try $0.rows("select served_by from generation") { try $0.next(String.self) }
            }
            #expect(served == ["azure"])
        }
    }

    /// OpenAI is known to train nothing, and of Azure it is not known any more.
    @Test func whoIsNotKnownToMeetARestrictionDoesNotTakeOver() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            let now = gateway.time.clock.now
            let unknown = DataPolicy(source: "none", checkedOn: CivilDate(now))
            try await gateway.database.transaction {
                try unknown.set(
                    of: "azure", by: AuditEvent.Actor(name: "ann", reason: nil, now: now), in: $0)
            }
            try await gateway.engine.reloadCatalogue()
            for _ in 0..<8 { openAI.will(.fails(.overloaded)) }
            var request = ask()
            request.routing.restrictions.trainsNothing = true
            let restricted = request
            await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(restricted, for: acme.hash)
            }
            #expect(openAI.submissions > 0 && azure.submissions == 0)
            #expect(try await gateway.wallet(of: acme).held == .zero)
        }
    }

    @Test func whenBothAreDownNothingIsHeldAndTheErrorSaysSo() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            let down = Array(repeating: Behaviour.fails(.overloaded), count: 8)
            for behaviour in down {
                openAI.will(behaviour)
                azure.will(behaviour)
            }
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .providerFailed)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.held == .zero && wallet.posted.dollars == "10")
        }
    }

    @Test func aRefusedPromptIsTakenToNobodyElse() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            openAI.will(.fails(.moderated))
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .moderated)
            #expect(azure.submissions == 0)
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.posted.dollars == "10")
        }
    }

    @Test func theNextCredentialIsUsedWhenOneIsRefused() async throws {
        try await withEmulator(of: "openai") { openAI in
            try await withGateway(vendors: [
                ready(openAI, credentials: [Secret("revoked"), Emulator.credential])
            ]) { gateway in
                try await gateway.sync()
                let acme = try await gateway.customer(credits: "10.00")
                for _ in 0..<2 {
                    _ = try await gateway.engine.finish(ask(), for: acme.hash)
                }
                // The second call does not try the revoked one again.
                #expect(openAI.submissions == 3 && openAI.accepted == 2)
            }
        }
    }

    @Test func aCallerWithoutFallbacksIsToldTheFirstOnesError() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            for _ in 0..<8 { openAI.will(.fails(.rateLimited)) }
            var request = ask()
            request.routing.allowsFallbacks = false
            let wanted = request
            let refusal = await #expect(throws: Refusal.self) {
                _ = try await gateway.engine.finish(wanted, for: acme.hash)
            }
            #expect(refusal?.kind == .rateLimited)
            #expect(azure.submissions == 0)
        }
    }

    @Test func anEndpointThatFailsAllTheTimeIsLeftAloneAndProbed() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            for _ in 0..<Breakers.failuresMax { openAI.will(.fails(.overloaded)) }
            for _ in 0..<8 { _ = try await gateway.engine.finish(ask(), for: acme.hash) }
            #expect(openAI.submissions == Breakers.failuresMax && azure.accepted == 8)
            try await gateway.live(for: 20)
            _ = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(openAI.accepted == 1)
            #expect(gateway.engine.endpointsLeftAlone == 0)
        }
    }

    /// What the emulation says it took, at the catalogue's prices: an estimate is never added.
    @Test func tokensAreChargedAsTheVendorCountedThem() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            var request = ask()
            request.quality = "high"
            let wanted = request
            let made = try await gateway.engine.finish(wanted, for: acme.hash)
            // 10 tokens of text at $5 a million, 40 of pictures at $8, 300 drawn at $30.
            #expect(made.money.captured.dollars == "0.00937")
            #expect(made.money.captured < made.money.held)
        }
    }

    // MARK: Tasks

    /// Black Forest Labs draws one picture a call, as a task.
    private func withTasks(
        credentials: [Secret] = [Emulator.credential],
        _ body: @escaping @Sendable (TestGateway, Customer, Emulator) async throws -> Void
    ) async throws {
        try await withEmulator(of: "black-forest-labs") { vendor in
            try await withGateway(vendors: [ready(vendor, credentials: credentials)]) { gateway in
                try await gateway.sync()
                try await body(gateway, gateway.customer(credits: "10.00"), vendor)
            }
        }
    }

    private func task(_ n: Int) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: "flux-2-pro", prompt: "a fox", n: n,
            size: .pixels(PixelSize(width: 512, height: 512)), format: .png)
    }

    @Test func tasksThatEndOneAfterTheOtherAreAllDelivered() async throws {
        try await withTasks { gateway, acme, vendor in
            vendor.will(.done, .slow(.seconds(3)), .slow(.seconds(1)), .done)
            let made = try await gateway.engine.finish(task(4), for: acme.hash)
            #expect(made.images.count == 4)
            #expect(made.money.captured.dollars == "0.12")
            #expect(vendor.accepted == 4 && vendor.complaints == [])
        }
    }

    @Test func aTaskThatFailsCostsOnlyItsPicture() async throws {
        try await withTasks { gateway, acme, vendor in
            vendor.will(.done, .failsInside(.overloaded), .done)
            let made = try await gateway.engine.finish(task(3), for: acme.hash)
            #expect(made.images.count == 2 && made.money.captured.dollars == "0.06")
            #expect(vendor.accepted == 3)
        }
    }

    /// What its vendor says has failed is over: it is submitted again, not asked for.
    @Test func aTaskThatItsVendorGaveUpIsSubmittedAgain() async throws {
        try await withTasks { gateway, acme, vendor in
            vendor.will(.failsInside(.overloaded))
            let made = try await gateway.engine.finish(task(1), for: acme.hash)
            #expect(made.images.count == 1 && vendor.accepted == 2)
            #expect(
                try await attempts(gateway) == [
                    "black-forest-labs failed", "black-forest-labs done",
                ])
        }
    }

    @Test func aRefusalAmongFailuresIsTheAnswer() {
        let refusal = ProviderFailure.refused(Refusal(.moderated, "no"))
        let worst = ProviderFailure.worst(of: [.busy(retryAfter: nil), refusal, .broken("cut")])
        guard case .refused = worst else {
            Issue.record("the prompt would be taken to somebody else")
            return
        }
    }

    @Test func whoWasUnderWayWhenAnEndpointWasTakenOutDoesNotKeepItOut() {
        let breakers = Breakers()
        let name = Breakers.Name(provider: "a", model: "b")
        let now = Timestamp(seconds: 1_800_000_000)
        let (one, two) = (ID<Account>(at: now), ID<Account>(at: now))
        for _ in 0..<20 {
            breakers.failed(name, for: one, at: now)
            breakers.failed(name, for: two, at: now)
        }
        #expect(!breakers.admits(name, for: one, at: now + .seconds(14)))
        #expect(breakers.admits(name, for: one, at: now + .seconds(15)))
        // One probe at a time, whoever asks; a bad one keeps it out for twice as long.
        #expect(!breakers.admits(name, for: one, at: now + .seconds(15)))
        #expect(!breakers.admits(name, for: two, at: now + .seconds(15)))
        breakers.failed(name, for: one, at: now + .seconds(15))
        #expect(!breakers.admits(name, for: one, at: now + .seconds(44)))
        #expect(breakers.admits(name, for: one, at: now + .seconds(45)))
        breakers.succeeded(name, for: one)
        #expect(breakers.admits(name, for: one, at: now + .seconds(46)))
        #expect(breakers.outCount == 0)
    }

    @Test func whatFailsForOneAccountAloneStaysOpenForOthers() {
        let breakers = Breakers()
        let name = Breakers.Name(provider: "a", model: "b")
        let now = Timestamp(seconds: 1_800_000_000)
        let (one, two) = (ID<Account>(at: now), ID<Account>(at: now))
        for _ in 0..<100 { #expect(!breakers.failed(name, for: one, at: now)) }
        #expect(!breakers.admits(name, for: one, at: now) && breakers.outCount == 0)
        #expect(breakers.admits(name, for: two, at: now))
        // A refused credential is everybody's once a second account has met it.
        breakers.succeeded(name, for: one)
        breakers.failed(name, for: one, at: now, forGood: true)
        #expect(breakers.admits(name, for: two, at: now))
        #expect(breakers.failed(name, for: two, at: now, forGood: true))
        #expect(breakers.outCount == 1)
    }

    /// A prompt of which nothing can be drawn is its caller's matter, not the endpoint's.
    @Test func promptsOfWhichNothingComesTakeNoEndpointOut() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            var alone = ask()
            alone.routing.only = ["openai"]
            let request = alone
            for _ in 0..<4 {
                openAI.will(.failsInside(.noImage), .failsInside(.noImage))
                await #expect(throws: Refusal.self) {
                    _ = try await gateway.engine.finish(request, for: acme.hash)
                }
            }
            // Each is tried once: it is paid for.
            #expect(openAI.submissions == 4)
            #expect(gateway.engine.endpointsLeftAlone == 0)
        }
    }

    @Test func whatIsForOneProviderIsPassedOnAsFarAsItsEndpointTakesIt() async throws {
        try await withTwo { gateway, acme, openAI, azure in
            var request = ask()
            request.routing.options = [
                "openai": ["background": .string("opaque"), "n": .number(10), "tools": .array([])]
            ]
            let wanted = request
            let made = try await gateway.engine.finish(wanted, for: acme.hash)
            #expect(made.images.count == 1 && openAI.complaints == [])
        }
    }

    @Test func heavyPicturesWaitForEachOther() {
        let budget = UploadBudget(bytesMax: 100)
        #expect(budget.take(60) && !budget.take(60) && budget.take(40))
        budget.give(60)
        budget.give(40)
        // One that is heavier than all of it is let in alone.
        #expect(budget.take(500) && !budget.take(1))
    }
}

import FoundationEssentials
import Storage
import Postgres
import Gateway
import GatewaySupport
import Ledger
import Pictures
import Testing
import Units

@Suite struct GenerateTests {
    private func ask(
        _ model: String = "test/paid", prompt: String = "a fox", n: Int = 1,
        size: GenerationRequest.Size = .pixels(PixelSize(width: 32, height: 16)),
        keeping: GenerationRequest.Keeping = .kept
    ) -> GenerationRequest {
        GenerationRequest(
            dialect: .openAI, model: model, prompt: prompt, n: n, size: size, format: .png,
            keeping: keeping)
    }

    @Test func aPictureIsMadeKeptAndPaidFor() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let made = try await gateway.engine.finish(ask(n: 2), for: acme.hash)
            #expect(made.images.count == 2)
            #expect(made.money.captured.dollars == "0.008")
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.992")
            let image = try #require(made.images.first)
            #expect(try Picture.inspect(image.bytes).size == PixelSize(width: 32, height: 16))
            let name = try #require(image.kept?.name)
            #expect(try await gateway.store.open(name)?.byteCount == Int64(image.bytes.count))
        }
    }

    @Test func theSamePromptAndSeedDrawTheSame() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            var request = ask("test/test")
            request.seed = 7
            let first = try await gateway.engine.finish(request, for: acme.hash)
            let second = try await gateway.engine.finish(request, for: acme.hash)
            #expect(first.images.map(\.bytes) == second.images.map(\.bytes))
        }
    }

    @Test func whatIsFreeWorksOnAnEmptyBalance() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer()
            let made = try await gateway.engine.finish(ask("test/test"), for: acme.hash)
            #expect(made.money.captured == .zero)
            #expect(made.money.posting == nil)
        }
    }

    @Test func aTestKeyPaysWithPlayCredits() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(mode: .test)
            _ = try await gateway.engine.finish(ask(), for: acme.hash)
            #expect(try await gateway.wallet(of: acme).posted.dollars == "999.996")
        }
    }

    @Test func anEphemeralPictureIsKeptNowhere() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let made = try await gateway.engine.finish(
                ask(keeping: .ephemeral), for: acme.hash)
            #expect(made.images.first?.kept == nil)
            #expect(made.money.captured.dollars == "0.004")
        }
    }

    @Test func aFailedGenerationCostsNothing() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            // The store is gone: pictures can be drawn but not kept.
            Files.removeAll(below: gateway.directory)
            await #expect(throws: (any Error).self) {
                try await gateway.engine.finish(ask(), for: acme.hash)
            }
            let wallet = try await gateway.wallet(of: acme)
            #expect(wallet.posted.dollars == "1")
            #expect(wallet.held == .zero)
            let lines = try await gateway.database.read { transaction in
                try GenerationLine.page(
                    of: acme.account, filter: .init(mode: .live), before: nil, limit: 10,
                    in: transaction)
            }
            #expect(lines.map(\.state) == ["failed"])
            // Not the vendor's doing: nothing more is bought until a picture can be kept.
            #expect(lines.first?.errorKind == "unavailable")
        }
    }

    private func keptFiles(_ gateway: TestGateway) throws -> Int {
        try FileManager.default.subpathsOfDirectory(atPath: gateway.directory)
            .count { $0.hasSuffix(".png") }
    }

    /// It may have been paid for after all: then its picture must still be there.
    @Test func aPictureWhoseSettlementIsUnknownStays() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            try await gateway.sql(
                "alter table generation add constraint nothing_ends check (ended_at is null)")
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .outcomeUnknown)
            #expect(try keptFiles(gateway) == 1)
        }
    }

    @Test func aPictureOfAGenerationThatWasReleasedIsRemoved() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            // Passed to another server between its admission and its settlement.
            try await gateway.sql(
                """
                create function pass_on() returns trigger language plpgsql as
                $$ begin new.server_id := '00000000-0000-7000-8000-000000000001'; return new; end $$
                """)
            try await gateway.sql(
                """
                create trigger passes_on before insert on generation
                for each row execute function pass_on()
                """)
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .interrupted)
            #expect(try keptFiles(gateway) == 0)
        }
    }

    @Test func aCallerWhoLeavesLosesNothing() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let request = ask()
            let call = Task { try await gateway.engine.finish(request, for: acme.hash) }
            call.cancel()
            _ = try await call.value
            #expect(try await gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test(arguments: [
        ("", 1, 64, "prompt"), ("fox", 0, 64, "n"), ("fox", 11, 64, "n"), ("fox", 1, 15, "size"),
        ("fox", 1, 4097, "size"),
    ])
    func whatTheModelCannotDoIsRefusedByName(
        prompt: String, n: Int, side: Int, field: String
    ) async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let request = ask(
                prompt: prompt, n: n, size: .pixels(PixelSize(width: side, height: 64)))
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(request, for: acme.hash)
            }
            #expect(refusal?.field == field)
            #expect(try await gateway.wallet(of: acme).available.dollars == "1")
        }
    }

    @Test func aModelWithoutAPriceIsRefused() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            try await gateway.sql("delete from price where model = 'test/paid'")
            let fresh = try await gateway.otherServer()
            defer { fresh.database.close() }
            let refusal = await #expect(throws: Refusal.self) {
                try await fresh.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .modelWithoutPrice)
        }
    }

    @Test func aPriceStartsAtItsTime() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            let tomorrow = gateway.time.clock.now + .seconds(86_400)
            try await gateway.sql(
                """
                insert into price (model, provider, version, line, starts_at, billable, unit, amount)
                values ('test/paid', 'test', 2, 1, \(tomorrow), 'output_image', 'image', 5000000)
                """)
            let fresh = try await gateway.otherServer()
            defer { fresh.database.close() }
            let today = try await fresh.engine.finish(ask(), for: acme.hash)
            #expect(today.priceVersion == 1 && today.money.captured.dollars == "0.004")
            gateway.time.pass(.seconds(86_400))
            let then = try await fresh.engine.finish(ask(), for: acme.hash)
            #expect(then.priceVersion == 2 && then.money.captured.dollars == "0.005")
        }
    }

    @Test func aRevokedKeyIsRefusedByTheNextRequest() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "1.00")
            _ = try await gateway.engine.finish(ask(), for: acme.hash)
            let actor = gateway.actor
            _ = try await gateway.database.transaction {
                try Key.revoke(acme.key, of: acme.account, by: actor, in: $0)
            }
            let refusal = await #expect(throws: Refusal.self) {
                try await gateway.engine.finish(ask(), for: acme.hash)
            }
            #expect(refusal?.kind == .keyRevoked)
            await #expect(throws: Refusal.self) {
                try await gateway.keys.authenticate(acme.hash, for: .read)
            }
        }
    }

    @Test func aThousandAsksOnABalanceForAHundredMakeAHundred() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "0.40")
            let other = try await gateway.otherServer()
            defer { other.database.close() }
            let request = ask(keeping: .ephemeral)
            let made = await withTaskGroup(of: Bool.self) { group in
                for turn in 0..<1000 {
                    let engine = turn % 2 == 0 ? gateway.engine : other.engine
                    group.addTask {
                        do {
                            _ = try await engine.generate(request, for: acme.hash, in: .live)
                            return true
                        } catch {
                            #expect((error as? Refusal)?.kind == .insufficientCredits)
                            return false
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(made == 100)
            #expect(try await gateway.wallet(of: acme).available == .zero)
        }
    }
}

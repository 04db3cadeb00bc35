import Gateway
import GatewaySupport
import Jobs
import Log
import Pictures
import Postgres
import Storage
import Testing
import Units

/// Prompts and pictures end when their account says, and nothing else does.
@Suite struct SweepTests {
    private static let request = GenerationRequest(
        dialect: .openAI, model: "test/paid", prompt: "a secret fox", format: .png)

    private func keep(
        _ customer: Customer, prompts: Kept? = nil, pictures: Kept? = nil, _ gateway: TestGateway
    ) async throws {
        let actor = gateway.actor
        try await gateway.database.transaction {
            try Keeping.set(
                prompts: prompts, pictures: pictures, of: customer.account, by: actor, in: $0)
        }
    }

    private func sweep(_ gateway: TestGateway) async throws -> Sweep.Removed {
        try await Sweep(
            database: gateway.database, store: gateway.store, clock: gateway.time.clock,
            log: .silent
        ).once()
    }

    private func prompts(of customer: Customer, _ gateway: TestGateway) async throws -> [String] {
        try await gateway.database.read { transaction in
            try transaction.rows(
                "select request ->> 'prompt' from generation where account_id = \(customer.account) order by id"
            ) { try $0.next(String.self) }
        }
    }

    @Test func promptsAreBlankedWhenTheirTimeIsOver() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let other = try await gateway.customer(credits: "5.00")
            try await keep(acme, prompts: .days(2), gateway)
            for customer in [acme, other] {
                _ = try await gateway.engine.finish(Self.request, for: customer.hash)
            }
            try await gateway.live(for: 60)
            gateway.time.pass(.seconds(86_400))
            try await gateway.lease.renew()
            let later = try await gateway.engine.finish(Self.request, for: acme.hash)
            gateway.time.pass(.seconds(86_400))
            #expect(try await sweep(gateway) == Sweep.Removed(prompts: 1, pictures: 0))
            #expect(try await prompts(of: acme, gateway) == ["", "a secret fox"])
            #expect(try await prompts(of: other, gateway) == ["a secret fox"])
            #expect(try await sweep(gateway) == Sweep.Removed())
            gateway.time.pass(.seconds(86_401))
            #expect(try await sweep(gateway).prompts == 1)
            // The rest of the request can still be read.
            let name = JobName(account: acme.account, id: later.id)
            let line = try await gateway.jobs.job(name)
            #expect(line.request?.prompt == "")
        }
    }

    @Test func nothingElseOfAnEndedGenerationChanges() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            _ = try await gateway.engine.finish(Self.request, for: acme.hash)
            let changes: [SQL] = [
                "update generation set request = without_words(request), images = 0",
                "update generation set request = request || '{\"prompt\": \"another\"}'",
                "update generation set request = without_words(request) - 'size'",
                "update generation set request = without_words(request), charge_line = null",
            ]
            for change in changes {
                await #expect(throws: DatabaseFailure.self, "\(change.text)") {
                    try await gateway.sql(change)
                }
            }
            try await gateway.sql("update generation set request = without_words(request)")
        }
    }

    @Test func wordsAreWhereverARequestHasThem() async throws {
        try await withGateway { gateway in
            let blanked = try await gateway.database.read { transaction in
                try transaction.first(
                    """
                    select without_words('{"prompt": "x", "size": "1x1", "seed": 1,
                        "options": {"negative_prompt": "y", "style": "vivid"},
                        "routing": {"only": ["bfl"], "options": {"bfl": {"words": "z"}}},
                        "metadata": {"order": "17"}}')::text
                    """
                ) { try $0.next(String.self) }
            }
            #expect(
                blanked
                    == #"{"seed": 1, "size": "1x1", "prompt": "", "options": {"style": "vivid", "negative_prompt": ""}, "routing": {"only": ["bfl"]}, "metadata": {"order": "17"}}"#
            )
        }
    }

    @Test func picturesAreRemovedWhenTheirTimeIsOver() async throws {
        try await withGateway { gateway in
            let acme = try await gateway.customer(credits: "5.00")
            let other = try await gateway.customer(credits: "5.00")
            try await keep(acme, pictures: .days(1), gateway)
            var names: [StoredName] = []
            for customer in [acme, other] {
                let made = try await gateway.engine.finish(Self.request, for: customer.hash)
                names.append(try #require(made.images.first?.kept?.name))
            }
            #expect(try await sweep(gateway) == Sweep.Removed())
            gateway.time.pass(.seconds(86_401))
            #expect(try await sweep(gateway) == Sweep.Removed(prompts: 0, pictures: 1))
            #expect(try await gateway.store.read(names[0]) == nil)
            #expect(try await gateway.store.read(names[1]) != nil)
            let marked = try await gateway.database.read { transaction in
                try transaction.rows("select account_id from image where deleted_at is not null") {
                    try $0.next(ID<Account>.self)
                }
            }
            #expect(marked == [acme.account])
            #expect(try await sweep(gateway) == Sweep.Removed())
        }
    }
}

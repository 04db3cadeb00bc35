import DatabaseSupport
import GatewaySupport
import Postgres
import Testing

/// Every deployment of these tests serves as a login that owns nothing; here stands what it cannot.
@Suite struct ServingLoginTests {
    private func refusal(_ database: Database, _ statements: [SQL]) async -> String? {
        do {
            try await database.transaction { transaction in
                for statement in statements { try transaction.send(statement) }
            }
            return nil
        } catch DatabaseFailure.failed(_, let message) {
            return message
        } catch {
            return "\(error)"
        }
    }

    @Test func aServingLoginCannotRewritePostingsEvenWithoutTheirTrigger() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let made = try await server.ask(
                "POST", "/v1/openai/images/generations", key: acme.key, body: paidPicture)
            #expect(made?.status == 200)
            let owner = Database(url: deployment.databaseURL, connections: 1)
            defer { owner.close() }
            try await owner.transaction {
                try $0.send("drop trigger posting_is_append_only on posting")
            }
            let login = Database(
                url: deployment.environment["DATABASE_URL"] ?? "", connections: 1)
            defer { login.close() }
            let rewrite: SQL = "update posting set amount = 1"
            for role: SQL in [
                "set local role atelier_engine", "set local role atelier_reader", "select 1",
            ] {
                #expect(
                    await refusal(login, [role, rewrite]) == "permission denied for table posting")
            }
            // As itself it sees nothing: a transaction that took on no role would have failed.
            #expect(
                await refusal(login, ["select from account"])
                    == "permission denied for table account")
            #expect(await refusal(login, ["set local role atelier"])?.contains("denied") == true)
        }
    }

    @Test func aLoginThatMayNotMakeRolesIsToldWhatToAskFor() async throws {
        try await withTestDatabase { test in
            let admin = Database(url: test.url, connections: 1)
            defer { admin.close() }
            let name = "migrator_\(UInt32.random(in: 0 ... .max))"
            try await admin.transaction { transaction in
                try transaction.send("create role \(identifier: name)")
                try transaction.send("grant all on schema public to \(identifier: name)")
            }
            let migrator = Database(
                url: test.url, connections: 1, settings: .init().under(Role(name)))
            defer { migrator.close() }
            let failure = await #expect(throws: DatabaseFailure.self) {
                try await prepareMigrated(migrator)
            }
            let words = failure.map { "\($0)" } ?? ""
            #expect(words.contains("a superuser has to say once: create role atelier_engine"))
            #expect(words.contains("grant atelier_engine, atelier_reader to \(name);"))
            try await admin.transaction {
                try $0.send("grant atelier_engine, atelier_reader to \(identifier: name)")
            }
            try await prepareMigrated(migrator)
            try await admin.transaction { transaction in
                try transaction.send("drop owned by \(identifier: name) cascade")
                try transaction.send("drop role \(identifier: name)")
            }
        }
    }
}

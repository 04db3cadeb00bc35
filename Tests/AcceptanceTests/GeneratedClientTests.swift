import DatabaseSupport
import Testing

/// Clients that generators make of `/openapi.json`.
@Suite struct GeneratedClientTests {
    /// In Go, TypeScript and Python: each is made with its generator's own settings, compiled, and makes a
    /// dozen calls. The document is valid, and its examples are as its schemas say.
    @Test func generatedClientsCompileAndMakeTheirCalls() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.rehearsingCustomer()
            let server = try await deployment.serve()
            try await Claims.check(
                "generated_clients.py", ["http://127.0.0.1:\(server.port)", acme.adminKey],
                atLeast: 90)
        }
    }

    /// What is answered is described: a client in Go that was made before a member was would refuse it.
    @Test func everyMemberOfAnAnswerIsDescribed() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            try await Claims.check(
                "described_answers.py", ["http://127.0.0.1:\(server.port)", acme.adminKey],
                atLeast: 150)
        }
    }
}

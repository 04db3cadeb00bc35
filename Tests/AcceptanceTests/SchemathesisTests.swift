import DatabaseSupport
import Testing

/// The interface against its own description.
@Suite struct SchemathesisTests {
    /// Thousands of requests made from `/openapi.json`, each judged by what the document promises
    /// of its answer. How, and what is left out for which reason: `schemathesis.toml` and
    /// `schemathesis_hooks.py`.
    @Test func everyAnswerIsAsTheDocumentSays() async throws {
        // Thousands of requests of one caller, many with keys that are none.
        let settings = [
            "ATELIER_FAILED_KEYS_PER_MINUTE": "1000000", "ATELIER_READS_PER_MINUTE": "1000000",
        ]
        try await Deployment.with(settings: settings) { deployment in
            let acme = try await deployment.rehearsingCustomer()
            let live = try await deployment.key(of: acme, scope: "read,admin:keys")
            let server = try await deployment.serve()
            let report = try Transcript()
            let folder = OfficialClient.folder
            let program = try Program(
                try TestServer.python,
                [
                    "-m", "schemathesis.cli", "--config-file", "\(folder)/schemathesis.toml",
                    "run", "http://127.0.0.1:\(server.port)/openapi.json", "--no-color", "-H",
                    "Authorization: Bearer \(acme.adminKey)",
                ],
                environment: TestServer.environment.merging(
                    [
                        "SCHEMATHESIS_HOOKS": "\(folder)/schemathesis_hooks.py",
                        "OWN_KEY": acme.adminKeyID, "LIVE_KEY": live,
                        // Nothing is left among the sources.
                        "PYTHONDONTWRITEBYTECODE": "1",
                    ],
                    uniquingKeysWith: { $1 }), output: report.descriptor,
                errors: report.descriptor)
            let code = await program.wait()
            #expect(code == 0, "\(report.text)")
            let count = report.text.split(separator: "\n").first { $0.contains(" generated") }
            // A run that asked nothing would find nothing.
            let cases = count?.split(separator: " ").first.flatMap { Int($0) } ?? 0
            #expect(cases > 5000, "\(report.text)")
            for phase in ["Examples", "Coverage", "Fuzzing", "Stateful"] {
                #expect(report.text.contains("✅ \(phase)"), "\(report.text)")
            }
            print("schemathesis: \(count.map(String.init) ?? "nothing")")
        }
    }
}

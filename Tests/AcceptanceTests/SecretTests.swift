import DatabaseSupport
import Testing

@Suite struct SecretTests {
    @Test func neitherADumpNorALogHoldsAKeyOrAPrompt() async throws {
        try await Deployment.with { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let server = try await deployment.serve()
            let words = "an unmistakable walrus"
            let made = try await server.ask(
                "POST", "/v1/images/generations", key: acme.key,
                body: #"{"model":"test/paid","prompt":"\#(words)","size":"16x16"}"#)
            #expect(made?.status == 200)
            _ = try await server.ask(
                "POST", "/v1/images/generations", key: acme.key + "x", body: "{}")
            let dump = try await dump(of: deployment)
            #expect(dump.contains("COPY public.api_key"))
            // Neither whole nor in part: what is random begins after the hint's thirteen characters.
            let secret = acme.key.dropFirst(13).dropLast(4)
            #expect(!dump.contains(acme.key) && !dump.contains(secret))
            #expect(server.log.contains("request served"))
            #expect(!server.log.contains(secret) && !server.log.contains(words))
        }
    }

    private func dump(of deployment: Deployment) async throws -> String {
        let output = try Transcript()
        let program = try Program(
            "\(try TestServer.programs)/pg_dump", ["--dbname", deployment.databaseURL],
            environment: ["PATH": "/usr/bin:/bin"], output: output.descriptor)
        #expect(await program.wait() == 0)
        return output.text
    }
}

import DatabaseSupport
import Testing

@Suite struct SecretTests {
    /// A vendor that is not there, whose credential is.
    private static let vendor = [
        "LOCAL_IMAGES_API_KEY": "sk-unmistakable-credential",
        "LOCAL_IMAGES_BASE_URL": "http://127.0.0.1:9/v1",
    ]

    @Test func neitherADumpNorALogHoldsASecret() async throws {
        try await Deployment.with(allowing: "127.0.0.0/8", settings: Self.vendor) { deployment in
            let acme = try await deployment.customer(credits: "1.00")
            let signing = try await deployment.webhookSecret(of: acme)
            let receiver = try await Receiver.start(secrets: [signing])
            defer { receiver.stop() }
            let sold = try await deployment.admin(
                "models", "endpoint", "add", "test/paid", "--provider", "local", "--model", "fox",
                "--like", "test", "--priority", "0", "--line", "output_image/image=0.01")
            #expect(sold.code == 0, "\(sold.output)")
            let server = try await deployment.serve()
            let words = "an unmistakable walrus"
            func ask(_ path: String, key: String, _ more: String = "") async throws -> Int? {
                try await server.ask(
                    "POST", path, key: key,
                    body: #"{"model":"test/paid","prompt":"\#(words)","size":"512x512"\#(more)}"#
                )?.status
            }
            #expect(try await ask("/v1/images/generations", key: acme.key) == 200)
            #expect(try await ask("/v1/images/generations", key: acme.key + "x") == 401)
            try await tellAnAddressWithSecrets(receiver, deployment, server) {
                try await ask("/v1/image/generate/async", key: acme.key, $0)
            }
            let secret = try await server.ask("GET", "/v1/webhooks/secret", key: acme.adminKey)
            #expect(secret?.text.contains(signing) == true)

            let dump = try await dump(of: deployment)
            #expect(dump.contains("COPY public.api_key") && dump.contains(words))
            // Neither whole nor in part: what is random of a key begins after its hint.
            for key in [acme.key, acme.adminKey] {
                #expect(!dump.contains(key.dropFirst(13).dropLast(4)))
            }
            #expect(!dump.contains(signing.dropFirst("whsec_".count)))
            #expect(!dump.contains("sk-unmistakable-credential"))
            #expect(!dump.contains(deployment.environment["ATELIER_KEY_PEPPER"] ?? "?"))
            #expect(deployment.secrets.told.contains("request served"))
            // The vendor was asked with its credential, so there was something to tell.
            #expect(deployment.secrets.told.contains("provider=local"))
        }
    }

    /// An address may hold a password or a token of its owner's: it is used, and not told.
    private func tellAnAddressWithSecrets(
        _ receiver: Receiver, _ deployment: Deployment, _ server: RunningServer,
        submit: (String) async throws -> Int?
    ) async throws {
        let place = "127.0.0.1:\(receiver.port)/hook?token=hidden-token"
        deployment.secrets.add(["hidden-token", "hidden:userinfo", "\(receiver.port)/hook"])
        let named = try await submit(#","webhook_url":"http://hidden:userinfo@\#(place)""#)
        // Whether or not such a one is taken.
        #expect(named == 202 || named == 400)
        #expect(try await submit(#","webhook_url":"http://\#(place)""#) == 202)
        let deadline = ContinuousClock.now + .seconds(600)
        while !server.log.contains("webhook attempted"), ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(50))
        }
        #expect(server.log.contains("webhook attempted"))
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

import FoundationEssentials
import Glibc
import HTTP
import HTTPClient
import TLSSupport
import Testing

/// The real program over TLS, and what its answers tell browsers.
@Suite struct EdgeTests {
    private static func settings(_ made: TestCertificate) -> [String: String] {
        ["ATELIER_TLS_CERT": made.certificate, "ATELIER_TLS_KEY": made.key]
    }

    @Test func aNewCertificateIsTakenUpWhileRunning() async throws {
        try await TestCertificate.with { made in
            try await Deployment.with(settings: Self.settings(made)) { deployment in
                let server = try await deployment.serve()
                func shown() async throws -> String {
                    try await made.client(port: server.port)
                }
                #expect(try await shown().contains("CN = test"))

                try await made.make(name: "renewed")
                server.program.signal(SIGHUP)
                #expect(await says("certificate reloaded", server))
                #expect(try await shown().contains("CN = renewed"))

                // A pair that will not do leaves the one in use.
                try await OpenSSL(
                    ["genpkey", "-algorithm", "ed25519", "-out", made.key],
                    output: "\(made.folder)/output"
                ).end()
                server.program.signal(SIGHUP)
                #expect(await says("certificate not reloaded", server))
                #expect(server.log.contains("does not belong to the certificate"))
                #expect(try await shown().contains("CN = renewed"))

                let reply = try await call("https://127.0.0.1:\(server.port)/healthz", made)
                #expect(reply.status.rawValue == 200)
                #expect(reply.headers["Strict-Transport-Security"] == "max-age=31536000")

                server.program.signal(SIGTERM)
                #expect(await server.program.wait() == 0)
            }
        }
    }

    @Test func aPairThatWillNotDoIsASentenceAtTheStart() async throws {
        try await TestCertificate.with { made in
            try await OpenSSL(
                ["genpkey", "-algorithm", "ed25519", "-out", made.key],
                output: "\(made.folder)/output"
            ).end()
            try await Deployment.with(settings: Self.settings(made)) { deployment in
                let (code, errors) = try await deployment.fail()
                #expect(code == 2)
                #expect(
                    errors == """
                        atelier: ATELIER_TLS_CERT and ATELIER_TLS_KEY: the key in \(made.key) does \
                        not belong to the certificate in \(made.certificate)

                        """)
            }
        }
    }

    @Test func aReloadEndsNoServerThatHasNothingToReadAgain() async throws {
        try await Deployment.with { deployment in
            let server = try await deployment.serve()
            server.program.signal(SIGHUP)
            #expect(try await server.ask("GET", "/healthz")?.status == 200)
            // Of two signals that wait the lower number is taken first. Were the reload a request to
            // stop, this would be the second one, on which the process ends at once with 1.
            server.program.signal(SIGHUP)
            server.program.signal(SIGTERM)
            #expect(await server.program.wait() == 0)
        }
    }

    @Test func everyAnswerTellsBrowsersWhatItIs() async throws {
        try await Deployment.with { deployment in
            let server = try await deployment.serve()
            let targets = [("GET", "/healthz"), ("GET", "/nothing"), ("POST", "/docs"), ("@", "/")]
            for (method, target) in targets {
                let reply = try #require(try await server.ask(method, target))
                #expect(reply.header("x-content-type-options") == "nosniff")
                #expect(reply.header("referrer-policy") == "no-referrer")
                #expect(reply.header("cross-origin-resource-policy") == "same-origin")
                #expect(
                    reply.header("content-security-policy")
                        == "default-src 'none'; frame-ancestors 'none'")
                #expect(reply.header("strict-transport-security") == nil)
            }

            let page = try #require(try await server.ask("GET", "/docs"))
            let policy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
            #expect(page.header("content-security-policy") == policy)
            // What a browser is told when it asks again replaces what it was told at first.
            let tag = try #require(page.header("etag"))
            let again = try #require(
                try await server.ask("GET", "/docs", headers: ["If-None-Match": tag]))
            #expect(again.status == 304)
            #expect(again.header("content-security-policy") == policy)
        }
    }

    @Test func aPictureMayBeShownInAnybodysPage() async throws {
        try await Deployment.with { deployment in
            let server = try await deployment.serve()
            let buyer = try await deployment.rehearsingCustomer()
            let reply = try #require(
                try await server.ask(
                    "POST", "/v1/images/generations", key: buyer.key,
                    body:
                        #"{"model":"test/test","prompt":"a fox","size":"64x64","response_format":"url"}"#
                ))
            struct Made: Decodable {
                struct Image: Decodable { let url: String }
                let data: [Image]
            }
            let url = try #require(try reply.json(Made.self).data.first?.url)
            let target = "/" + url.split(separator: "/").suffix(2).joined(separator: "/")
            let picture = try #require(try await server.ask("GET", target))
            #expect(picture.status == 200)
            #expect(picture.header("cross-origin-resource-policy") == "cross-origin")
            #expect(picture.header("content-security-policy")?.hasSuffix("sandbox") == true)
            #expect(picture.header("x-content-type-options") == "nosniff")
        }
    }

    private func call(
        _ url: String, _ made: TestCertificate
    ) async throws -> IncomingResponse {
        var settings = HTTPClient.Settings()
        settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        settings.caFile = made.certificate
        return try await HTTPClient(settings).send(OutgoingRequest("GET", url))
    }

    /// Whether a server logs `text` within ten seconds.
    private func says(_ text: String, _ server: RunningServer) async -> Bool {
        for _ in 0..<1000 {
            if server.log.contains(text) { return true }
            // Cancelled, it looks more often, which does no harm.
            try? await Task.sleep(for: .milliseconds(10))
        }
        return false
    }
}

import HTTP
import HTTPClient
import Testing

/// Whom a secure call trusts. The other side is OpenSSL's own test server.
@Suite struct TLSTests {
    @Test func aCertificateOfATrustedIssuerIsAccepted() async throws {
        try await withSecureOrigin { origin in
            let client = try localClient { $0.caFile = origin.certificate }
            let reply = try await client.send(patientRequest("GET", origin.url("127.0.0.1")))
            #expect(reply.status == .ok)
            #expect(reply.text.contains("TLSv1.3"))
        }
    }

    @Test func aCertificateOfAnUnknownIssuerIsRefused() async throws {
        try await withSecureOrigin { origin in
            await expectRefused(try localClient(), origin.url("127.0.0.1"))
        }
    }

    @Test func aCertificateForAnotherHostIsRefused() async throws {
        try await withSecureOrigin { origin in
            let client = try localClient { $0.caFile = origin.certificate }
            await expectRefused(client, origin.url("localhost"))
        }
    }

    @Test func aMissingFileOfCertificatesTrustsNobody() async throws {
        try await withSecureOrigin { origin in
            let client = try localClient { $0.caFile = origin.certificate + ".missing" }
            await expectRefused(client, origin.url("127.0.0.1"))
        }
    }

    @Test func anOldVersionOfTLSIsRefused() async throws {
        try await withSecureOrigin("-tls1_1", "-cipher", "ALL@SECLEVEL=0") { origin in
            let client = try localClient { $0.caFile = origin.certificate }
            await expectRefused(client, origin.url("127.0.0.1"))
        }
    }

    private func expectRefused(
        _ client: HTTPClient, _ url: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async {
        let failure = await #expect(
            throws: HTTPClientFailure.self, sourceLocation: sourceLocation
        ) {
            try await client.send(patientRequest("GET", url))
        }
        guard case .tls = failure else {
            Issue.record("\(String(describing: failure))", sourceLocation: sourceLocation)
            return
        }
    }
}

import Glibc
import HTTP
import HTTPClient
import HTTPServer
import TLSSupport
import Testing

/// Requests over TLS: the other side is libcurl, or OpenSSL's own client.
@Suite struct TLSTests {
    @Test func everyKindOfAnswerArrivesWhole() async throws {
        let big = bytes(20_000_000)
        try await with(handler: { request in
            switch request.path {
            case "/bytes": return Response(.ok, body: .bytes(big))
            case "/file": return file(of: big)
            case "/stream":
                return Response(
                    .ok,
                    body: .stream { writer in
                        var rest = big[...]
                        for count in [1, 16_384, 16_385, 70_000, big.count] {
                            try await writer.write(Array(rest.prefix(count)))
                            rest = rest.dropFirst(count)
                        }
                    })
            default: return .text("small")
            }
        }) { origin in
            for path in ["bytes", "file", "stream"] {
                let reply = try await origin.get("/\(path)")
                #expect(reply.body == big, "\(path)")
            }
            #expect(try await origin.get("/").body == Array("small".utf8))
        }
    }

    @Test func aBodyArrivesWholeAndItsConnectionServesTheNext() async throws {
        try await with(handler: echo) { origin in
            for count in [0, 1, 16_384, 100_000, 8_000_000] {
                let body = String(repeating: "x", count: count)
                let reply = try await origin.post("/\(count)", body)
                #expect(reply.body == Array("POST /\(count) \(body)".utf8))
            }
            #expect(origin.server.statistics.connectionsAccepted == 1)
        }
    }

    @Test(arguments: [
        (["-tls1_3"], "TLSv1.3"), (["-tls1_2"], "TLSv1.2"),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-CHACHA20-POLY1305"], "TLSv1.2"),
    ])
    func versionsOfTodayAreSpoken(options: [String], version: String) async throws {
        try await with(handler: echo) { origin in
            let said = try await origin.certificate.client(port: origin.port, options)
            #expect(said.contains("New, \(version), Cipher is"), "\(said)")
            #expect(said.contains("Verify return code: 0 (ok)"), "\(said)")
        }
    }

    @Test(arguments: [
        ["-tls1_1", "-cipher", "ALL@SECLEVEL=0"], ["-tls1", "-cipher", "ALL@SECLEVEL=0"],
        // Without forward secrecy, and without authenticated encryption.
        ["-tls1_2", "-cipher", "AES256-GCM-SHA384"],
        ["-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"],
        ["-alpn", "h2"],
    ])
    func whatIsOldOrAnotherProtocolIsRefused(options: [String]) async throws {
        try await with(handler: echo) { origin in
            let said = try await origin.certificate.client(port: origin.port, options)
            #expect(said.contains("no peer certificate available"), "\(said)")
            #expect(said.contains("alert"), "\(said)")
            #expect(await eventually { origin.server.statistics.handshakesFailed == 1 })
        }
    }

    @Test func http11IsWhatIsAgreedOn() async throws {
        try await with(handler: echo) { origin in
            let said = try await origin.certificate.client(
                port: origin.port, ["-alpn", "h2,http/1.1"])
            #expect(said.contains("ALPN protocol: http/1.1"), "\(said)")
        }
    }

    @Test func whoeverSpeaksPlainHTTPIsToldSo() async throws {
        try await with(handler: echo) { origin in
            let reply = try await onThread { try Peer(port: origin.port).get() }
            #expect(reply.status == 400)
            #expect(reply.text.contains("https://"))
            // A promise made in the clear is anybody's (RFC 6797, section 7.2).
            #expect(reply.headers["Strict-Transport-Security"] == nil)
            #expect(origin.server.statistics.requests == 0)
        }
    }

    @Test(arguments: ["", "\u{16}\u{03}\u{01}", "no TLS at all, and nothing of HTTP"])
    func aHandshakeHasToComeToAnEnd(begins: String) async throws {
        var limits = Limits.patient
        limits.header = .milliseconds(100)
        try await with(limits, handler: echo) { origin in
            try await onThread {
                let peer = try Peer(port: origin.port)
                try peer.send(begins)
                // An alert may come first, or a reset: what counts is that it is over.
                while (try? peer.take(1)) != nil {}
            }
            #expect(await eventually { origin.server.statistics.connectionsOpen == 0 })
        }
    }

    @Test func aNewCertificateIsShownToWhoeverComesNext() async throws {
        try await with(handler: echo) { origin in
            _ = try await origin.get("/")
            let made = origin.certificate
            try await made.make(name: "renewed")
            origin.server.present(
                try TLSIdentity(certificate: made.certificate, key: made.key))

            let said = try await made.client(port: origin.port, [])
            #expect(said.contains("CN = renewed"), "\(said)")
            // Whoever is connected stays so.
            _ = try await origin.get("/")
            #expect(origin.server.statistics.connectionsAccepted == 2)
        }
    }

    @Test func aPairThatWillNotDoIsASentence() async throws {
        try await TestCertificate.with { made in
            try await TestCertificate.with { other in
                func sentence(_ certificate: String, _ key: String) -> String? {
                    #expect(throws: TLSFailure.self) {
                        try TLSIdentity(certificate: certificate, key: key)
                    }?.description
                }
                let missing = "\(made.folder)/missing.pem"
                #expect(
                    sentence(missing, made.key)
                        == "\(missing) cannot be read: No such file or directory")
                #expect(
                    sentence(made.certificate, missing)
                        == "\(missing) cannot be read: No such file or directory")
                #expect(
                    sentence(made.certificate, other.key)
                        == "the key in \(other.key) does not belong to the certificate in \(made.certificate)"
                )
                let odd = sentence(made.key, made.key)
                #expect(odd?.hasPrefix("\(made.key) holds no usable certificate (PEM): ") == true)
                let keyless = sentence(made.certificate, made.certificate)
                #expect(
                    keyless?.hasPrefix("\(made.certificate) holds no usable private key") == true)
            }
        }
    }
}

/// A server over TLS, and a client that trusts it.
private struct Origin: Sendable {
    let server: HTTPServer
    let certificate: TestCertificate
    let client: HTTPClient
    var port: UInt16 { server.port }

    func get(_ path: String) async throws -> IncomingResponse {
        try await send(OutgoingRequest("GET", "https://127.0.0.1:\(port)\(path)"))
    }

    func post(_ path: String, _ body: String) async throws -> IncomingResponse {
        try await send(
            OutgoingRequest(
                "POST", "https://127.0.0.1:\(port)\(path)", body: Array(body.utf8)))
    }

    private func send(_ request: OutgoingRequest) async throws -> IncomingResponse {
        var request = request
        request.responseMaxBytes = 100_000_000
        request.timeout = .seconds(600)
        request.connectTimeout = .seconds(600)
        return try await client.send(request)
    }
}

private func with(
    _ limits: Limits = .patient, handler: @escaping Handler,
    _ body: (Origin) async throws -> Void
) async throws {
    try await TestCertificate.with { made in
        var edge = Edge()
        edge.standingHeaders = ["Strict-Transport-Security": "max-age=1"]
        edge.tls = try TLSIdentity(certificate: made.certificate, key: made.key)
        let server = try makeServer(limits, edge: edge, handler: handler)
        let running = Task { await server.run() }
        var settings = HTTPClient.Settings()
        settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        settings.caFile = made.certificate
        do {
            try await body(
                Origin(server: server, certificate: made, client: HTTPClient(settings)))
        } catch {
            Issue.record(error)
        }
        running.cancel()
        await running.value
        #expect(server.statistics.connectionsOpen == 0)
    }
}

private func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
}

/// An answer from a file that has no name any more.
private func file(of bytes: [UInt8]) -> Response {
    let path = "/tmp/atelier-test-\(UInt64.random(in: 0 ... .max))"
    let descriptor = unsafe open(path, O_CREAT | O_EXCL | O_RDWR, 0o600)
    unsafe unlink(path)
    var written = 0
    while written < bytes.count {
        let count = unsafe bytes.withUnsafeBytes {
            unsafe write(
                descriptor, $0.baseAddress.map { unsafe $0 + written }, bytes.count - written)
        }
        guard count > 0 else { break }
        written += count
    }
    return Response(
        .ok, body: .file(descriptor: descriptor, offset: 0, count: Int64(bytes.count)))
}

/// Looks until `condition` holds, for some minutes at most, without holding a thread.
private func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<300_000 {
        if condition() { return true }
        // Cancelled, it looks more often, which does no harm.
        try? await Task.sleep(for: .milliseconds(1))
    }
    return false
}

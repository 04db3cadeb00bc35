import FoundationEssentials
import GatewaySupport
import HTTP
import Signing
import Testing
import Units

/// `Content-Encoding` of requests: read within bounds, or refused as what it is.
@Suite struct ContentCodingTests {
    private static let gzip =
        "H4sIAAAAAAACA6tWys1PSc1RslIqSS0u0QcRSjpKBUX5uQUlQMFEhbT8CqBAcWZVKpBraFZhaKZUCwAfd5TYNQAAAA=="
    private static let zlib =
        "eNqrVsrNT0nNUbJSKkktLtEHEUo6SgVF+bkFJUDBRIW0/AqgQHFmVSqQa2hWYWimVAsA3MUQyA=="
    private static let bare = "q1bKzU9JzVGyUipJLS7RBxFKOkoFRfm5BSVAwUSFtPwKoEBxZlUqkGtoVmFoplQLAA=="
    /// A megabyte of blanks.
    private static let bomb =
        "H4sIAAAAAAACA+3BgQAAAADDIJX5Ux7kVQEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAK8G1wgmy0BCDwA="

    private func post(
        _ base64: String, _ coding: String, to path: String = "/v1/images/generations",
        _ caller: Caller, as customer: Customer
    ) async throws -> Answer {
        let body = [UInt8](try #require(Data(base64Encoded: base64)))
        return try await caller.send(
            "POST", path,
            [
                "Authorization": "Bearer \(customer.text.secret.reveal())",
                "Content-Type": "application/json", "Content-Encoding": coding,
            ], body: body)
    }

    @Test(arguments: [
        ("gzip", gzip), ("GZIP", gzip), ("x-gzip", gzip), ("deflate", zlib), ("deflate", bare),
    ])
    func whatIsCompressedIsRead(coding: String, body: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            for path in [
                "/v1/images/generations", "/api/v1/images", "/v1/openai/images/generations",
            ] {
                let answer = try await post(body, coding, to: path, caller, as: acme)
                #expect(answer.status == 200, "\(answer.text)")
            }
        }
    }

    @Test(arguments: ["br", "zstd", "compress", "gzip, gzip", "gzip;q=1", "x", "\u{e9}"])
    func anotherCodingIsA415ThatSaysWhatIsRead(coding: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            for path in ["/v1/images/generations", "/v2/images/generate", "/v1/keys"] {
                let answer = try await post(Self.gzip, coding, to: path, caller, as: acme)
                #expect(answer.status == 415 || path == "/v1/keys", "\(answer.text)")
                #expect(!answer.text.contains("not valid JSON"))
                guard answer.status == 415 else { continue }
                #expect(answer.headers["Accept-Encoding"] == "gzip, deflate, identity")
                #expect(answer.text.contains("Content-Encoding"))
            }
        }
    }

    @Test func whatSwellsIsRefusedAndSoIsWhatIsCutShort() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            let swollen = try await post(Self.bomb, "gzip", caller, as: acme)
            #expect(swollen.status == 400 && swollen.text.contains("swells to more than 400 times"))
            let cut = try await post(String(Self.gzip.prefix(40)), "gzip", caller, as: acme)
            #expect(cut.status == 400 && cut.text.contains("its gzip coding is cut short"))
            let plain = try await post(
                Data(#"{"model":"test/test","prompt":"x"}"#.utf8).base64EncodedString(), "gzip",
                caller, as: acme)
            #expect(plain.status == 400 && plain.text.contains("its gzip coding is damaged"))
        }
    }

    /// The same request is the same under its key, compressed or not.
    @Test func aRepetitionMayBeCompressedOtherwise() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            var answers: [Answer] = []
            for (coding, body) in [
                ("gzip", Self.gzip), ("deflate", Self.zlib),
                (
                    "identity",
                    Data(#"{"model":"test/test","prompt":"a fox","size":"16x16"}"#.utf8)
                        .base64EncodedString()
                ),
            ] {
                let bytes = [UInt8](try #require(Data(base64Encoded: body)))
                answers.append(
                    try await caller.send(
                        "POST", "/v1/images/generations",
                        [
                            "Authorization": "Bearer \(acme.text.secret.reveal())",
                            "Content-Type": "application/json", "Content-Encoding": coding,
                            "Idempotency-Key": "one",
                        ], body: bytes))
            }
            #expect(answers.allSatisfy { $0.status == 200 })
            #expect(answers.dropFirst().allSatisfy { $0.headers["Idempotency-Replayed"] == "true" })
        }
    }

    @Test func aHeaderWithoutABodyChangesNothing() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            let answer = try await caller.send(
                "GET", "/v1/balance",
                [
                    "Authorization": "Bearer \(acme.text.secret.reveal())",
                    "Content-Encoding": "br",
                ])
            #expect(answer.status == 200)
        }
    }
}

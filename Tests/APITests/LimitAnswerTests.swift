import Gateway
import GatewaySupport
import HTTP
import Postgres
import Testing
import Units

/// How the limits of a key are told in each dialect, on success and past them.
@Suite struct LimitAnswerTests {
    private static let dialects = [
        ("/v1/images/generations", #"{"model":"test/test","prompt":"a","size":"512x512"}"#),
        ("/v1/openai/images/generations", #"{"model":"test/test","prompt":"a","size":"512x512"}"#),
        ("/v1/image/generate", #"{"model":"test/test","prompt":"a","size":"512x512"}"#),
        ("/v1/image/generate/async", #"{"model":"test/test","prompt":"a","size":"512x512"}"#),
        ("/v2/images/generate", #"{"model":"test/test","prompt":"a"}"#),
        ("/api/v1/images", #"{"model":"test/test","prompt":"a","size":"512x512"}"#),
    ]

    @Test func everyDialectTellsLimitsInItsOwnWords() async throws {
        try await Caller.with { caller in
            for (path, body) in Self.dialects {
                let acme = try await caller.gateway.customer()
                try await caller.gateway.sql(
                    """
                    update api_key set requests_per_minute = 60, request_burst = 2
                    where id = \(acme.key)
                    """)
                let first = try await caller.post(path, body, as: acme)
                #expect((200...202).contains(first.status), "\(path): \(first.text)")
                #expect(remaining(first, path) == (path.hasPrefix("/api") ? nil : "1"), "\(path)")
                _ = try await caller.post(path, body, as: acme)
                let third = try await caller.post(path, body, as: acme)
                #expect(third.status == 429, "\(path)")
                #expect(third.headers["Retry-After"] == "1", "\(path)")
                #expect(remaining(third, path) == "0", "\(path)")
                #expect(third.text.contains("requests_per_minute"), "\(path): \(third.text)")
            }
        }
    }

    /// What is left, as the dialect of `path` says it.
    private func remaining(_ answer: Answer, _ path: String) -> String? {
        switch path {
        case "/v1/images/generations": answer.headers["x-ratelimit-remaining-requests"]
        case "/v1/openai/images/generations": answer.headers["RateLimit-Remaining"]
        case "/api/v1/images": answer.headers["X-RateLimit-Remaining"]
        default:
            answer.headers["RateLimit"]?.split(separator: ";").first { $0.hasPrefix("r=") }
                .map { String($0.dropFirst(2)) }
        }
    }

    /// Hours to wait are no reason for a client to try again by itself.
    @Test func aSpentCapSaysWhenAndThatClientsNeedNotRetry() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            try await caller.gateway.sql(
                "update api_key set day_cap = 5000000 where id = \(acme.key)")
            let body = #"{"model":"test/paid","prompt":"a","size":"512x512"}"#
            _ = try await caller.post("/v1/images/generations", body, as: acme)
            let refused = try await caller.post("/v1/images/generations", body, as: acme)
            #expect(refused.status == 429)
            #expect(refused.headers["x-should-retry"] == "false")
            #expect(refused.text.contains(#""limit":"day_cap","scope":"key""#))
            #expect(refused.text.contains(#""left":0.001"#))
        }
    }
}

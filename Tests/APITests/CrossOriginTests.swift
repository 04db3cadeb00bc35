import API
import HTTP
import Testing

/// Web pages of other origins.
@Suite struct CrossOriginTests {
    private static let page = "https://app.example.com"

    private static func ask(
        _ list: String, _ method: String, _ target: String, _ headers: Headers
    ) async throws -> Response {
        var answers: [Response] = []
        try await Caller.with(crossOrigin: try CrossOrigin(list)) { caller in
            answers.append(await caller.respond(method, target, headers))
        }
        return try #require(answers.first)
    }

    private static func preflight(_ origin: String, _ method: String) -> Headers {
        [
            "Origin": origin, "Access-Control-Request-Method": method,
            "Access-Control-Request-Headers": "authorization,content-type,x-stainless-os",
        ]
    }

    @Test(arguments: [
        ("/v1/images/generations", "POST"), ("/v1/jobs/{id}", "GET, HEAD, DELETE"),
        ("/v1/webhooks", "GET, HEAD, POST"), ("/v1/models", "GET, HEAD"),
        ("/api/v1/images", "POST"),
    ])
    func aPreflightIsToldWhatAPathTakes(path: String, methods: String) async throws {
        let reply = try await Self.ask(
            Self.page, "OPTIONS", path, Self.preflight(Self.page, "POST"))
        #expect(reply.status == .noContent)
        #expect(reply.headers["Access-Control-Allow-Origin"] == Self.page)
        #expect(reply.headers["Access-Control-Allow-Methods"] == methods)
        #expect(
            reply.headers["Access-Control-Allow-Headers"]
                == "authorization,content-type,x-stainless-os")
        #expect(reply.headers["Access-Control-Max-Age"] != nil)
        #expect(reply.headers["Access-Control-Allow-Credentials"] == nil)
        #expect(reply.headers["Vary"] == "Origin")
    }

    @Test(arguments: ["/v1/models", "/v1/balance", "/nothing"])
    func anyAnswerMayBeReadByAListedPage(path: String) async throws {
        let list = "http://localhost:3000, \(Self.page)"
        let reply = try await Self.ask(list, "GET", path, ["Origin": Self.page])
        #expect(reply.headers["Access-Control-Allow-Origin"] == Self.page)
        let exposed = reply.headers["Access-Control-Expose-Headers"] ?? ""
        for name in ["x-request-id", "Retry-After", "Idempotency-Replayed", "RateLimit"] {
            #expect(exposed.contains(name))
        }
    }

    @Test(arguments: [
        "https://app.example.com.evil.example", "http://app.example.com", "null",
        "https://app.example.com:444",
    ])
    func noOtherPageIsLetIn(origin: String) async throws {
        let reply = try await Self.ask(Self.page, "GET", "/v1/models", ["Origin": origin])
        #expect(reply.status == .ok)
        #expect(reply.headers["Access-Control-Allow-Origin"] == nil)
        // So that no cache gives this answer to the page that may.
        #expect(reply.headers["Vary"] == "Origin")
        let preflight = try await Self.ask(
            Self.page, "OPTIONS", "/v1/models", Self.preflight(origin, "GET"))
        #expect(preflight.status == .methodNotAllowed)
    }

    @Test func theStarIsForEveryPageAndNeverForItsCookies() async throws {
        for (method, headers) in [
            ("GET", ["Origin": Self.page] as Headers),
            ("OPTIONS", Self.preflight("https://another.example", "GET")),
        ] {
            let reply = try await Self.ask("*", method, "/v1/models", headers)
            #expect(reply.headers["Access-Control-Allow-Origin"] == "*")
            #expect(reply.headers["Access-Control-Allow-Credentials"] == nil)
            #expect(reply.headers["Vary"] == nil)
        }
    }

    @Test func byDefaultNoPageIsLetIn() async throws {
        let reply = try await Self.ask("", "GET", "/v1/models", ["Origin": Self.page])
        #expect(!reply.headers.fields.contains { $0.name.hasPrefix("Access-Control") })
        #expect(reply.headers["Vary"] == nil)
        let preflight = try await Self.ask(
            "", "OPTIONS", "/v1/models", Self.preflight(Self.page, "GET"))
        #expect(preflight.status == .methodNotAllowed)
    }

    @Test(arguments: [
        "app.example.com", "https://app.example.com/", "https://", "ftp://example.com",
        "https://*.example.com", "https://App.example.com", "*, https://app.example.com", "null",
    ])
    func aListThatCannotBeReadSaysWhy(list: String) {
        let failure = #expect(throws: CrossOrigin.Unreadable.self) { try CrossOrigin(list) }
        #expect(failure?.description.contains("is no origin") == true)
    }
}

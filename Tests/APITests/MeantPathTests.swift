import GatewaySupport
import HTTP
import Testing

@testable import API

/// A wrong path is told which one it may have meant, in a body that clients' libraries show.
@Suite struct MeantPathTests {
    private static let slips: [(method: String, path: String, meant: String?)] = [
        ("POST", "/images/generations", "POST /v1/images/generations"),
        ("POST", "/v1/images/generations/", "POST /v1/images/generations"),
        ("POST", "/v1//images/generations", "POST /v1/images/generations"),
        ("POST", "/v1/v1/images/generations", "POST /v1/images/generations"),
        ("POST", "/V1/Images/Generations", "POST /v1/images/generations"),
        ("POST", "/v1/images/generations%20", "POST /v1/images/generations"),
        ("GET", "/images/generations", "POST /v1/images/generations"),
        ("PURGE", "/images/generations", "POST /v1/images/generations"),
        ("POST", "/openai/v1/images/edits", "POST /v1/images/edits"),
        ("POST", "/openai/images/edits", "POST /v1/openai/images/edits"),
        ("POST", "/openai/deployments/mine/images/generations", "POST /v1/images/generations"),
        ("POST", "/v1/images", "POST /v1/images/generations"),
        ("POST", "/v1/images/generation", "POST /v1/images/generations"),
        ("POST", "/v1/image/genrate", "POST /v1/image/generate"),
        ("POST", "/image/generate/async", "POST /v1/image/generate/async"),
        ("GET", "/models", "GET /v1/models"), ("HEAD", "/models", "GET /v1/models"),
        ("GET", "/v1/models/", "GET /v1/models"), ("GET", "/balance", "GET /v1/balance"),
        ("GET", "/v1/jobs", "GET /v1/jobs/{id}"), ("DELETE", "/jobs/7", "DELETE /v1/jobs/{id}"),
        ("GET", "/v1/api/v1/key", "GET /api/v1/key"), ("GET", "/api/key", "GET /api/v1/key"),
        ("GET", "/me", "GET /v2/me"), ("GET", "/v1/docs", "GET /docs"),
        ("GET", "/", nil), ("GET", "/nothing", nil), ("POST", "/v1/chat/completions", nil),
        ("GET", "/v1", nil), ("GET", "/%ff/models", nil),
    ]

    @Test func aSlipIsToldWhatItMayHaveMeant() {
        for (method, path, meant) in Self.slips {
            let route = MeantPath.route(method: method, path: path)
            #expect(route.map { "\($0.method) \($0.template)" } == meant, "\(method) \(path)")
        }
    }

    /// Whatever a base URL lacks or has too much of: every route is found again.
    @Test func everyRouteIsFoundWithoutItsFirstPartTwiceOverAndWithASlash() {
        for route in Route.all {
            let path = route.template.replacing("{id}", with: "7").replacing("{name}", with: "7")
                .replacing("{author}", with: "a").replacing("{slug}", with: "b")
            for slip in [path + "/", "/v1" + path, "/x" + path, path.uppercased()] {
                let meant = MeantPath.route(method: route.method, path: slip)
                #expect(meant?.method == route.method, "\(slip)")
                #expect(meant?.path == route.path, "\(slip) \(meant?.path ?? "none")")
            }
        }
    }

    @Test func aProbeOfTheWholeServerIsAnswered() async throws {
        try await Caller.with { caller in
            let reply = try await caller.send("OPTIONS", "*", [:])
            #expect(reply.status == 204)
            #expect(reply.headers["Allow"]?.contains("OPTIONS") == true)
            // Only the probe: nothing else has this name.
            #expect(try await caller.send("GET", "*", [:]).status == 404)
        }
    }

    @Test func theHintStandsWhereLibrariesLook() async throws {
        try await Caller.with { caller in
            for (method, path) in [("POST", "/images/generations"), ("GET", "/v1/v1/models")] {
                let reply = try await caller.send(method, path, [:])
                #expect(reply.status == 404)
                #expect(
                    reply.text.hasPrefix(
                        #"{"error":{"message":"There is nothing at this path. Did"#))
                #expect(reply.text.contains("Did you mean \(method) /v1/"))
            }
            let router = try await caller.send("POST", "/v1/api/v1/images", [:])
            #expect(router.text.hasPrefix(#"{"error":{"code":404,"message":"#))
            let method = try await caller.send("GET", "/v1/images/generations", [:])
            #expect(method.status == 405 && method.text.contains("It takes: POST."))
        }
    }

    @Test func nothingThatCameIsRepeated() async throws {
        try await Caller.with { caller in
            let junk = "zq9\u{1b}[31m".addingPercents
            for target in [
                "/\(junk)", "/jobs/\(junk)", "/v1/imagez/\(junk)",
            ] {
                let reply = try await caller.send("GET", target, [:])
                #expect(!reply.text.lowercased().contains("zq9"), "\(target)")
            }
            let method = try await caller.send("ZQ9ZQ9", "/v1/images/generations", [:])
            #expect(method.status == 405 && !method.text.contains("ZQ9"))
            // A long path is not thought about.
            #expect(
                MeantPath.route(
                    method: "GET", path: String(repeating: "/v1", count: 10_000) + "/models") == nil
            )
        }
    }
}

extension String {
    fileprivate var addingPercents: String {
        replacing("\u{1b}", with: "%1b").replacing("[", with: "%5b")
    }
}

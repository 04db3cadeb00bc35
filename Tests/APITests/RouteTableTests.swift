import Gateway
import GatewaySupport
import HTTP
import Testing
import Units

@testable import API

/// What every route keeps, walked over the table.
@Suite struct RouteTableTests {
    /// A path of the route with something in place of its names.
    private func path(of route: Route) -> String {
        route.path.replacing("{name}", with: "nothing")
    }

    @Test func noRouteIsThereTwice() {
        let names = Route.all.map { "\($0.method) \($0.path)" }
        #expect(Set(names).count == names.count)
    }

    @Test func everyRouteThatNeedsAKeyAnswers401WithoutOne() async throws {
        try await Caller.with { caller in
            for route in Route.all where route.scope != nil {
                let reply = try await caller.send(route.method, path(of: route), [:])
                #expect(reply.status == 401, "\(route.path)")
                #expect(reply.headers["WWW-Authenticate"] != nil)
            }
        }
    }

    @Test func everyAnswerHasARequestIDOfItsOwn() async throws {
        try await Caller.with { caller in
            var seen: Set<String> = []
            for target in Route.all.map(path) + ["/nothing", "/v1/nothing"] {
                let reply = try await caller.send("GET", target, [:])
                let id = try #require(reply.headers["x-request-id"])
                #expect(id.hasPrefix("req_") && (24...36).contains(id.utf8.count))
                #expect(seen.insert(id).inserted)
            }
        }
    }

    @Test func anotherMethodIs405AndNamesThoseAllowed() async throws {
        try await Caller.with { caller in
            for route in Route.all {
                let reply = try await caller.send("PURGE", path(of: route), [:])
                #expect(reply.status == 405)
                #expect(reply.headers["Allow"]?.contains(route.method) == true)
            }
        }
    }

    @Test func anUnknownPathIsRefusedInTheWordsOfItsPrefix() async throws {
        try await Caller.with { caller in
            let openAI = try await caller.get("/v1/nothing")
            #expect(openAI.status == 404 && openAI.text.hasPrefix(#"{"error":"#))
            let ours = try await caller.get("/nothing")
            #expect(ours.status == 404 && ours.text.contains("urn:atelier:problem:not_found"))
        }
    }

    @Test func headIsAnsweredAsGet() async throws {
        try await Caller.with { caller in
            let reply = try await caller.send("HEAD", "/healthz", [:])
            #expect(reply.status == 200)
        }
    }

    /// Each reason to say no, in each dialect: a status that clients know, and a body that parses.
    @Test func everyRefusalHasAnAnswerInEveryDialect() async throws {
        for shape in [ErrorShape.imageRouter, .openAI, .imaRouter, .jobs, .openRouter, .problem] {
            for kind in Refusal.Kind.allCases {
                let refusal = Refusal(
                    kind, "a \"quoted\" reason\n", field: "field", retryAfter: .milliseconds(1),
                    shortfall: .init(needed: .dollars(2), available: .dollars(1)))
                let answer = try await Answer(Response.refusing(refusal, as: shape))
                #expect((400...599).contains(answer.status))
                #expect(answer.headers["Retry-After"] == "1")
                struct AnyBody: Decodable {}
                _ = try answer.json(AnyBody.self)
                if kind == .insufficientCredits { #expect(answer.status == 402) }
                if kind == .unavailable { #expect(answer.status == 503) }
            }
        }
    }
}

extension Credits {
    fileprivate static func dollars(_ count: Int64) -> Credits {
        Credits(nanodollars: count * nanodollarsPerDollar)
    }
}

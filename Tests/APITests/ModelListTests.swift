import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Signing
import Testing
import Units

/// The lists of models of dialects (a) and (b), which share a path.
@Suite struct ModelListTests {
    private static let map = #"{"test/paid":{"providers":["#
    private static let list = #"{"object":"list","data":["#

    private struct Listed: Decodable {
        struct Item: Decodable {
            let id: String
            let object: String
            let created: Int64
            let owned_by: String
        }
        let data: [Item]
    }

    /// Ids in the order in which the text has them: a client relies on it, a dictionary loses it.
    private func ids(_ reply: Answer) -> [String] {
        let found = ["test/paid", "test/test"].compactMap { id in
            reply.text.firstRange(of: "\"\(id)\":{").map { (id, $0.lowerBound) }
        }
        return found.sorted { $0.1 < $1.1 }.map(\.0)
    }

    @Test func aStrangerWithoutAQueryIsAnsweredImageRoutersMap() async throws {
        try await Caller.with { caller in
            let reply = try await caller.get("/v1/models")
            #expect(reply.status == 200 && reply.text.hasPrefix(Self.map))
            #expect(reply.text.contains(#""pricing":{"type":"fixed","value":0.004}"#))
            #expect(reply.text.contains(#""release_date":"2026-11-01""#))
            #expect(reply.text.contains(#""output":["image"]"#))
        }
    }

    @Test(arguments: ["Authorization", "authorization", "x-stainless-lang", "X-Stainless-OS"])
    func openAIsClientIsAnsweredItsList(header: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let value =
                header.lowercased() == "authorization"
                ? "Bearer \(acme.text.secret.reveal())" : "python"
            let reply = try await caller.send("GET", "/v1/models", [header: value])
            #expect(reply.status == 200 && reply.text.hasPrefix(Self.list))
            let listed = try reply.json(Listed.self)
            #expect(listed.data.map(\.id) == ["test/paid", "test/test"])
            #expect(listed.data.allSatisfy { $0.object == "model" && $0.owned_by == "test" })
            #expect(listed.data.first?.created == CivilDate("2026-11-01")?.midnight.seconds)
        }
    }

    @Test func aFilterAsksForTheMapWhoeverAsks() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.get("/v1/models?type=image", as: acme)
            #expect(reply.text.hasPrefix(Self.map))
        }
    }

    @Test func whoShowsAWrongKeyIsToldSo() async throws {
        try await Caller.with { caller in
            for path in ["/v1/models", "/v1/models/test/test", "/v1/openai/models"] {
                let reply = try await caller.send(
                    "GET", path, ["Authorization": "Bearer sk-wrong"])
                #expect(reply.status == 401, "\(path)")
                #expect(reply.text.contains(#""code":"invalid_api_key""#))
            }
        }
    }

    @Test func aKeyThatMayOnlyGenerateSeesTheList() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(scopes: [.generate])
            #expect(try await caller.get("/v1/models", as: acme).status == 200)
        }
    }

    @Test(arguments: [
        ("type=video", []), ("type=image", ["test/paid", "test/test"]),
        ("free=true", ["test/test"]), ("free=no", ["test/paid"]), ("name=PAID", ["test/paid"]),
        ("name=", ["test/paid", "test/test"]), ("provider=es", ["test/paid", "test/test"]),
        ("provider=open", []), ("sort=price", ["test/test", "test/paid"]),
        ("sort=price&limit=1", ["test/test"]), ("sort=name", ["test/paid", "test/test"]),
        ("sort=date", ["test/paid", "test/test"]),
        ("sort=beauty", ["test/paid", "test/test"]), ("limit=0", []),
    ])
    func theMapIsNarrowedAndOrdered(query: String, expected: [String]) async throws {
        try await Caller.with { caller in
            for path in ["/v1/models", "/v2/models"] {
                let reply = try await caller.get("\(path)?\(query)")
                #expect(reply.status == 200)
                #expect(ids(reply) == expected, "\(path)")
            }
        }
    }

    @Test(arguments: ["limit=x", "limit=-1", "type=sound", "sort=name&colour=red", "name=%ff"])
    func aFilterThatMakesNoSenseIsRefused(query: String) async throws {
        try await Caller.with { caller in
            let reply = try await caller.get("/v1/models?\(query)")
            #expect(reply.status == 400)
            #expect(reply.text.hasPrefix(#"{"error":{"message":"#))
        }
    }

    @Test func theJobsListAndImageRoutersSecondMapShareAPath() async throws {
        try await Caller.with { caller in
            #expect(try await caller.get("/v2/models").text.hasPrefix(#"{"models":["#))
            let ours = try await caller.get("/v2/models?modality=image")
            #expect(ours.text.hasPrefix(#"{"models":["#))
            let map = try await caller.get("/v2/models?name=paid")
            #expect(map.text.contains(#""price":{"min":0.004,"average":0.004,"max":0.004}"#))
            #expect(map.text.contains(#""size":["auto","1024x1024","1536x1024","1024x1536""#))
            let acme = try await caller.gateway.customer()
            let key = acme.text.secret.reveal()
            let refused = try await caller.send(
                "GET", "/v2/models?name=paid", ["X-API-Key": key])
            #expect(refused.status == 400, "the job API knows no such filter")
        }
    }

    /// Slashes come as they are and encoded.
    @Test(arguments: ["/v1/models/", "/v1/openai/models/"], ["test/paid", "test%2Fpaid"])
    func oneModelIsFoundByItsId(path: String, id: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.get(path + id, as: acme)
            #expect(reply.status == 200)
            #expect(try reply.json(Listed.Item.self).id == "test/paid")
        }
    }

    @Test func anUnknownModelIs404InBothDialects() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for id in ["no/such", "no%2Fsuch", "test/paid/more", "a%ff"] {
                let openAI = try await caller.get("/v1/models/\(id)", as: acme)
                #expect(openAI.status == 404)
                #expect(openAI.text.contains(#""param":null,"code":"model_not_found""#))
                let imageRouter = try await caller.get("/v1/models/\(id)")
                #expect(imageRouter.status == 404)
                #expect(imageRouter.text.contains(#""param":"model","code":"model_not_found""#))
            }
            let one = try await caller.get("/v1/models/test/paid")
            #expect(one.status == 200 && one.text.hasPrefix(#"{"providers":["#))
            #expect(try await caller.get("/v1/models/").status == 404)
        }
    }
}

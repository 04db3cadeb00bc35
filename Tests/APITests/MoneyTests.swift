import HTTP
import FoundationEssentials
import Gateway
import GatewaySupport
import Testing
import Units

@Suite struct MoneyTests {
    private let json = #"{"model":"test/paid","prompt":"a fox","size":"512x512"}"#

    /// The three paths, and what each calls the lack of credits.
    @Test(arguments: [
        ("/v1/openai/images/generations", "insufficient_credits", "insufficient_credits"),
        ("/v1/images/generations", "insufficient_quota", "insufficient_credits"),
        ("/v1/image/generate", "insufficient_funds", "insufficient_balance"),
    ])
    func lackOfCreditsIs402WithTheFigures(path: String, type: String, code: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "0.003")
            let reply = try await caller.post(path, json, as: acme)
            #expect(reply.status == 402)
            #expect(reply.headers["x-should-retry"] == "false")
            #expect(reply.text.contains(#""type":"\#(type)""#))
            #expect(reply.text.contains(#""code":"\#(code)""#))
            #expect(
                reply.text.contains(#""needed":0.004,"available":0.003,"missing":0.001"#))
            let balance = try await caller.get("/v1/balance", as: acme)
            #expect(balance.text.contains(#""available":0.003,"#))
        }
    }

    @Test func theBalanceIsExact() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00", creditLimit: "2.5")
            _ = try await caller.post("/v1/images/generations", json, as: acme)
            let balance = try await caller.get("/v1/balance", as: acme)
            #expect(
                balance.text
                    == #"{"mode":"live","currency":"USD","posted":0.996,"held":0,"credit_limit":2.5,"available":3.496,"next_expiry":null,"expiring":[]}"#
            )
        }
    }

    @Test func theUsageLogIsPagedNewestFirst() async throws {
        struct Page: Decodable {
            struct Line: Decodable {
                struct Latency: Decodable { let total_us: Int64 }
                let id: String
                let status: String
                let cost: Decimal
                let model: String
                let key_id: String
                let latency: Latency
            }
            let generations: [Line]
            let next_cursor: String?
            let has_more: Bool
        }
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let other = try await caller.gateway.customer(credits: "1.00")
            for _ in 0..<5 {
                caller.gateway.time.pass(.seconds(1))
                _ = try await caller.post("/v1/images/generations", json, as: acme)
            }
            _ = try await caller.post("/v1/images/generations", json, as: other)
            var ids: [String] = []
            var cursor: String?
            repeat {
                let next = cursor.map { "&cursor=\($0)" } ?? ""
                let page = try await caller.get("/v1/generations?limit=2\(next)", as: acme)
                    .json(Page.self)
                #expect(page.generations.allSatisfy { $0.key_id == acme.key.description })
                #expect(page.generations.allSatisfy { $0.status == "completed" })
                ids += page.generations.map(\.id)
                cursor = page.next_cursor
                #expect(page.has_more == (cursor != nil))
            } while cursor != nil
            #expect(ids.count == 5)
            #expect(ids == ids.sorted().reversed())
        }
    }

    @Test(arguments: ["limit=0", "limit=101", "limit=x", "cursor=7", "page=2", "limit=%zz"])
    func aQueryThatMakesNoSenseIsRefused(query: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.get("/v1/generations?\(query)", as: acme)
            #expect(reply.status == 400)
            #expect(reply.headers["Content-Type"] == "application/problem+json")
        }
    }
}

import GatewaySupport
import HTTP
import Testing
import Units

/// Dialect (a): credits, the check of a key, and which models are popular.
@Suite struct ImageRouterAccountTests {
    private func make(_ model: String, _ caller: Caller, as customer: Customer) async throws {
        let made = try await caller.post(
            "/v1/images/generations", #"{"model":"\#(model)","prompt":"a fox","size":"32x32"}"#,
            as: customer)
        #expect(made.status == 200, "\(made.text)")
    }

    @Test func creditsAreTextsWithFourDecimals() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "20.00009")
            try await make("test/paid", caller, as: acme)
            let reply = try await caller.get("/v1/credits", as: acme)
            #expect(
                reply.text
                    == #"{"remaining_credits":"19.9960","credit_usage":"0.0040","total_deposits":"20.0000"}"#
            )
            let tested = try await caller.post("/v1/auth/test", "", as: acme)
            #expect(tested.text == #"{"success":true,"credits":199960}"#)
        }
    }

    @Test func creditsAreToldByKey() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            try await make("test/paid", caller, as: acme)
            try await make("test/paid", caller, as: acme)
            let reply = try await caller.get("/v1/credits?by_api_key=true", as: acme)
            #expect(
                reply.text.contains(
                    #""usage_by_api_key":[{"api_key_id":"\#(acme.key)","api_key_name":"test","#
                        + #""credit_usage":"0.0080","total_requests":2,"created_at":"#))
            #expect(reply.text.contains(#""is_active":true"#))
        }
    }

    @Test func theCheckOfAWrongKeyIs401() async throws {
        try await Caller.with { caller in
            let reply = try await caller.send(
                "POST", "/v1/auth/test", ["Authorization": "Bearer sk-wrong"])
            #expect(reply.status == 401 && reply.text.contains(#""type":"unauthorized""#))
        }
    }

    @Test func theMostUsedModelsOfAWeekAreCountedNowAndThen() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let tester = try await caller.gateway.customer(mode: .test)
            func popular() async throws -> String {
                try await caller.send("POST", "/operations/get-popular-models", [:]).text
            }
            for model in ["test/test", "test/paid", "test/test"] {
                try await make(model, caller, as: acme)
            }
            // Play is no use.
            for _ in 0..<3 { try await make("test/paid", caller, as: tester) }
            let first =
                #"{"json":[{"id":"test/test","name":"Test picture","requests":2,"rank":1},"#
                + #"{"id":"test/paid","name":"Paid test picture","requests":1,"rank":2}]}"#
            #expect(try await popular() == first)
            for _ in 0..<2 { try await make("test/paid", caller, as: acme) }
            #expect(try await popular() == first, "counted a moment ago")
            caller.gateway.time.pass(.seconds(300))
            #expect(try await popular().hasPrefix(#"{"json":[{"id":"test/paid""#))
            caller.gateway.time.pass(.seconds(8 * 86_400))
            #expect(try await popular() == #"{"json":[]}"#)
        }
    }
}

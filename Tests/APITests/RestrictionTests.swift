import Gateway
import GatewaySupport
import HTTP
import Postgres
import Testing
import Units

/// What a caller restricts is kept to, or the request is refused: never served all the same.
@Suite struct RestrictionTests {
    /// FLUX 1.1 Pro is sold by its maker, of whom nothing is known, by fal, which keeps data for 30 days,
    /// and by Replicate, which keeps it for an hour.
    private static let model = "flux-1.1-pro"
    private static let paths = [
        "/api/v1/images", "/api/v1/images/generations", "/v1/images/generations",
    ]

    private func ask(_ caller: Caller, _ provider: String, at path: String = "/api/v1/images")
        async throws -> Answer
    {
        let acme = try await caller.gateway.customer(mode: .test)
        return try await caller.post(
            path, #"{"model":"\#(Self.model)","prompt":"a fox","provider":\#(provider)}"#, as: acme)
    }

    private func withPolicies(_ body: (Caller) async throws -> Void) async throws {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            try await body(caller)
        }
    }

    private func set(
        _ provider: String, trains: Bool?, hours: Int?, in caller: Caller
    ) async throws {
        let policy = DataPolicy(
            trainsOnData: trains, retentionHours: hours, source: "contract 12",
            checkedOn: CivilDate(caller.gateway.time.clock.now))
        let actor = AuditEvent.Actor(
            name: "ann", reason: nil, now: caller.gateway.time.clock.now)
        try await caller.gateway.database.transaction {
            try policy.set(of: provider, by: actor, in: $0)
        }
        try await caller.gateway.engine.reloadCatalogue()
    }

    /// Each restriction with the endpoint that does not meet it.
    @Test(arguments: [
        (#"{"zdr":true}"#, "provider.zdr"),
        (#"{"data_collection":"deny"}"#, "provider.data_collection"),
        (#"{"enforce_distillable_text":true}"#, "provider.enforce_distillable_text"),
        (#"{"quantizations":["fp8","bf16"]}"#, "provider.quantizations"),
        (#"{"max_price":{"image":0.001}}"#, "provider.max_price.image"),
        (#"{"max_price":{"image":"0.039999999"}}"#, "provider.max_price.image"),
        (#"{"max_price":{"request":"0.01"}}"#, "provider.max_price.request"),
        (#"{"zdr":true,"only":["fal"]}"#, "provider.zdr"),
    ])
    func whatNoProviderIsKnownToMeetIsRefused(provider: String, field: String) async throws {
        try await withPolicies { caller in
            for path in Self.paths {
                let answer = try await ask(caller, provider, at: path)
                #expect((400...404).contains(answer.status), "\(path)")
                #expect(answer.text.contains("'\(field)'"), "\(answer.text)")
            }
            let asked = try await caller.gateway.database.read {
                try $0.first("select count(*) from generation") { try $0.next(Int64.self) }
            }
            #expect(asked == 0)
        }
    }

    @Test func whoIsKnownToMeetItServes() async throws {
        try await withPolicies { caller in
            try await set("replicate", trains: false, hours: 0, in: caller)
            for provider in [
                #"{"zdr":true}"#, #"{"data_collection":"deny"}"#,
                #"{"zdr":true,"data_collection":"deny","max_price":{"image":0.04}}"#,
            ] {
                let answer = try await ask(caller, provider)
                #expect(answer.status == 200, "\(answer.text)")
            }
            let providers = try await caller.gateway.database.read {
                try $0.rows("select distinct provider from generation") { try $0.next(String.self) }
            }
            #expect(providers == ["replicate"])
        }
    }

    /// The vendor that trains may keep nothing, and the other way round.
    @Test func oneRestrictionIsNotTheOther() async throws {
        try await withPolicies { caller in
            try await set("replicate", trains: true, hours: 0, in: caller)
            #expect(try await ask(caller, #"{"data_collection":"deny"}"#).status != 200)
            #expect(try await ask(caller, #"{"zdr":true}"#).status == 200)
            try await set("replicate", trains: false, hours: 1, in: caller)
            #expect(try await ask(caller, #"{"data_collection":"deny"}"#).status == 200)
            #expect(try await ask(caller, #"{"zdr":true}"#).status != 200)
        }
    }

    @Test func whatRestrictsNothingIsServed() async throws {
        try await withPolicies { caller in
            for provider in [
                #"{"zdr":false}"#, #"{"data_collection":"allow"}"#,
                #"{"quantizations":["unknown"]}"#, #"{"max_price":{"image":1,"audio":0}}"#,
                #"{"max_price":{"prompt":0,"completion":0}}"#, #"{"zdr":null,"max_price":null}"#,
            ] {
                let answer = try await ask(caller, provider)
                #expect(answer.status == 200, "\(provider)")
            }
        }
    }

    @Test(arguments: [
        (#"{"zdr":"yes"}"#, "zdr"), (#"{"data_collection":"never"}"#, "data_collection"),
        (#"{"quantizations":["fp7"]}"#, "provider.quantizations"),
        (#"{"quantizations":[]}"#, "provider.quantizations"),
        (#"{"max_price":{"image":-1}}"#, "provider.max_price.image"),
        (#"{"max_price":{"image":"1e3"}}"#, "provider.max_price.image"),
        (#"{"max_price":{"image":0.0000000001}}"#, "provider.max_price.image"),
        (#"{"max_price":{"picture":1}}"#, "provider.max_price.picture"),
        (#"{"max_price":1}"#, "max_price"), (#"{"region":"eu"}"#, "provider.region"),
        (#"{"preferred_max_latency":"fast"}"#, "provider.preferred_max_latency"),
    ])
    func whatIsWrongOrUnknownInItIsA400(provider: String, field: String) async throws {
        try await withPolicies { caller in
            for path in Self.paths {
                let answer = try await ask(caller, provider, at: path)
                #expect(answer.status == 400 && answer.text.contains(field), "\(answer.text)")
            }
        }
    }

    /// Input pictures can be billed too, and nobody knows their size before they are looked at.
    @Test func aPriceLimitHoldsWithInputPicturesToo() async throws {
        try await withPolicies { caller in
            let acme = try await caller.gateway.customer(mode: .test)
            func ask(_ most: String) async throws -> Int {
                try await caller.post(
                    "/api/v1/images",
                    #"{"model":"gpt-image-2","prompt":"a fox","quality":"low","size":"1024x1024","#
                        + #""provider":{"max_price":{"request":\#(most)}},"image":""#
                        + TestPictures.dataURL(width: 64, height: 64) + #""}"#, as: acme
                ).status
            }
            #expect(try await ask("0.000001") == 404)
            #expect(try await ask("5") == 200)
            let left = try await caller.gateway.database.read {
                try $0.first("select count(*) from generation where state <> 'completed'") {
                    try $0.next(Int64.self)
                }
            }
            #expect(left == 0)
        }
    }

    @Test func endpointsTellWhatIsKnownAndWhere() async throws {
        try await withPolicies { caller in
            let answer = try await caller.get(
                "/api/v1/images/models/black-forest-labs/flux-1.1-pro/endpoints")
            #expect(answer.text.contains(#""retention_hours":720,"zdr":false"#))
            #expect(answer.text.contains(#""source":"https://fal.ai/"#))
            #expect(answer.text.contains(#""data_policy":null"#))
        }
    }
}

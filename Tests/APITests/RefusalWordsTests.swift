import Gateway
import GatewaySupport
import HTTP
import Testing
import Units

@testable import API

/// A refusal speaks the words of the path: what it offers, the path takes.
@Suite struct RefusalWordsTests {
    /// A path, a body that is refused by every model of the built-in ones, and the field at fault.
    struct Case: Sendable {
        let path: String
        let body: String
        let offered: Set<String>
        let field: String
    }

    private static let picture = "\"\(Shape.tinyPicture)\""

    /// What `test/test` can do, as each path calls it.
    static let cases: [Case] = [
        .init(
            path: "/v1/images/generations", body: #""guidance":3"#,
            offered: [
                "aspect_ratio", "background", "input_references", "n", "output_compression",
                "output_format", "quality", "resolution", "seed", "size",
            ], field: "guidance"),
        .init(
            path: "/v1/images/edits", body: #""guidance":3,"image":\#(picture)"#,
            offered: [
                "aspect_ratio", "background", "image", "mask", "n", "output_compression",
                "output_format", "quality", "resolution", "seed", "size",
            ], field: "guidance"),
        .init(
            path: "/v1/image/generate", body: #""negative_prompt":"x""#,
            offered: [
                "background", "images", "mask", "n", "output_format", "quality", "seed", "size",
            ],
            field: "negative_prompt"),
        .init(
            path: "/v2/images/generate", body: #""parameters":{"guidance":3}"#,
            offered: [
                "parameters.aspect_ratio", "parameters.background", "parameters.height",
                "parameters.images", "parameters.mask", "parameters.n",
                "parameters.output_compression",
                "parameters.output_format", "parameters.quality", "parameters.resolution",
                "parameters.seed", "parameters.size", "parameters.width",
            ], field: "parameters.guidance"),
    ]

    @Test(arguments: cases) func aRefusalOffersWhatItsPathTakes(_ asked: Case) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                asked.path, #"{"model":"test/test","prompt":"a fox",\#(asked.body)}"#, as: acme)
            #expect(reply.status == 400)
            let list = try #require(reply.text.split(separator: "It takes: ").last)
            let offered = Set(
                list.prefix { $0 != "\"" && $0 != "]" }.split(separator: ",")
                    .map { $0.filter { $0 != " " } }
                    .map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 })
            #expect(offered == asked.offered, "\(reply.text)")
            #expect(reply.text.contains("\"\(asked.field)\""), "\(reply.text)")
            // What is offered is no unknown parameter.
            for name in offered {
                let member = name.replacing("parameters.", with: "")
                let value = #""\#(member)":{}"#
                let body =
                    name == member ? value : #""parameters":{\#(value)}"#
                let again = try await caller.post(
                    asked.path, #"{"model":"test/test","prompt":"a fox",\#(body)}"#, as: acme)
                #expect(again.status == 400 && !again.text.contains("nknown parameter"), "\(name)")
            }
        }
    }

    /// A size goes by pixels where a path knows neither ratio nor tier, and by its own name everywhere.
    @Test func aSizeIsRefusedByItsOwnName() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for (path, size, field) in [
                ("/v1/images/generations", #""size":"7x7""#, "size"),
                ("/api/v1/images", #""size":"7x7""#, "size"),
                (
                    "/v2/images/generate", #""parameters":{"width":7,"height":7}"#,
                    "parameters.size"
                ),
            ] {
                let reply = try await caller.post(
                    path, #"{"model":"test/test","prompt":"a fox",\#(size)}"#, as: acme)
                #expect(reply.status == 400 && reply.text.contains("\"\(field)\""), "\(reply.text)")
            }
        }
    }

    @Test func oneOfSomethingIsNotSeveral() {
        #expect(1.counted("request") == "1 request")
        #expect(0.counted("request") == "0 requests")
        #expect(2.counted("entry", "entries") == "2 entries")
        #expect((1...1).inWords == "1")
        #expect((1...4).inWords == "1 to 4")
    }

    @Test func aParameterObjectsMembersGoByTheirFullNames() {
        let lora = V2Family.all.first { $0.name == "fluxLoraParams" }
        #expect(lora?.names["guidance"] == "fluxLoraParams.guidance_scale")
        #expect(lora?.names["n"] == "fluxLoraParams.num_outputs")
        // Two members that mean the same: the one that we call so.
        let seedream = V2Family.all.first { $0.name == "seedreamParams" }
        #expect(seedream?.names["resolution"] == "seedreamParams.resolution")
        let flux = V2Family.all.first { $0.name == "fluxParams" }
        #expect(flux?.names["size"] == "fluxParams.width")
    }

    /// In plain words: what a member must be.
    @Test func aMemberOfTheWrongKindIsToldWhatItMustBe() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            for (member, sentence) in [
                (#""prompt":{}"#, "'prompt' must be a string."),
                (#""n":"x""#, "'n' must be an integer."),
                (#""stream":1"#, "'stream' must be true or false."),
                (#""metadata":[1]"#, "'metadata' must be an object of strings."),
            ] {
                let body = "{\"model\":\"test/test\",\"size\":\"64x64\",\(member)"
                let prompt = member.contains("prompt") ? "}" : ",\"prompt\":\"a fox\"}"
                let reply = try await caller.post("/v1/images/generations", body + prompt, as: acme)
                #expect(reply.status == 400 && reply.text.contains(sentence), "\(reply.text)")
            }
        }
    }
}

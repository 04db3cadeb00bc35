import Ledger
import Signing
import HTTP
import FoundationEssentials
import Gateway
import GatewaySupport
import Pictures
import Testing
import Units

/// The three request shapes: what each answers by default and on demand.
@Suite struct GenerationDialectTests {
    private struct Body: Decodable {
        struct Item: Decodable {
            let url: String?
            let b64_json: String?
            let width: Int?
            let height: Int?
        }
        struct Receipt: Decodable {
            let held: Decimal
            let captured: Decimal
            let released: Decimal
            let price_version: Int
            let posting_ids: [String]
        }
        let id: String
        let created: Int64
        let data: [Item]
        let latency: Int?
        let cost: Decimal?
        let cost_usd: Decimal?
        let url: String?
        let model: String?
        let width: Int?
        let height: Int?
        let output_format: String?
        let quality: String?
        let size: String?
        let background: String?
        let receipt: Receipt
    }

    private let price = Decimal(string: "0.004")

    private func picture(_ base64: String?) throws -> PictureInfo {
        let data = try #require(base64.flatMap { Data(base64Encoded: $0) })
        return try Picture.inspect([UInt8](data))
    }

    @Test func imageRouterAnswersAURLOfWebPAndMilliseconds() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/openai/images/generations",
                #"{"model":"test/paid","prompt":"a fox","size":"64x32","user":"ignored"}"#,
                as: acme)
            #expect(reply.status == 200)
            let body = try reply.json(Body.self)
            #expect(body.created == Day.today.milliseconds)
            #expect(body.cost == price)
            #expect(body.latency != nil)
            #expect(body.receipt.captured == price && body.receipt.released == 0)
            #expect(body.receipt.posting_ids.count == 1)
            let url = try #require(body.data.first?.url)
            #expect(url.hasPrefix("https://pictures.example/i/"))
            let picture = try await caller.get(String(url.dropFirst(24)))
            #expect(picture.status == 200)
            #expect(picture.headers["Content-Type"] == "image/webp")
            let info = try Picture.inspect(picture.body)
            #expect(info.format == .webp && info.size == PixelSize(width: 64, height: 32))
        }
    }

    @Test(arguments: ["64×32", "64X32", "64*32"])
    func imageRouterReadsItsSeparators(size: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/v1/openai/images/generations",
                #"{"model":"test/test","prompt":"a fox","size":"\#(size)","response_format":"b64_json","output_format":"JPG"}"#,
                as: acme)
            let body = try reply.json(Body.self)
            let info = try picture(body.data.first?.b64_json)
            #expect(info.format == .jpeg && info.size == PixelSize(width: 64, height: 32))
        }
    }

    @Test func anEphemeralPictureIsInTheAnswerAndNowhereElse() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/openai/images/generations",
                #"{"model":"test/paid","prompt":"a fox","size":"32x32","response_format":"b64_ephemeral"}"#,
                as: acme)
            let body = try reply.json(Body.self)
            #expect(try picture(body.data.first?.b64_json).format == .webp)
            let log = try await caller.get("/v1/generations", as: acme)
            #expect(log.text.contains(#""images":[]"#))
        }
    }

    @Test func openAIsHeadersAreOnItsAnswersGoodOrBadAndOnNoOthers() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let body = #"{"model":"test/test","prompt":"a fox","size":"32x32"}"#
            for (path, text, isOpenAIs) in [
                ("/v1/images/generations", body, true), ("/v1/images/generations", "{", true),
                ("/v1/openai/images/generations", body, false),
            ] {
                let reply = try await caller.post(path, text, as: acme)
                #expect((reply.headers["openai-version"] == "2020-10-01") == isOpenAIs)
                #expect((reply.headers["openai-processing-ms"] == "0") == isOpenAIs)
            }
        }
    }

    @Test func openAIAnswersBase64OfPNGAndSeconds() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/images/generations",
                #"{"model":"test/paid","prompt":"a fox","size":"48x32","n":2,"style":null}"#,
                as: acme)
            #expect(reply.status == 200)
            let body = try reply.json(Body.self)
            #expect(body.created == Day.today.seconds)
            #expect(body.data.count == 2)
            #expect(body.output_format == "png" && body.size == "48x32")
            // This model knows neither, so nothing is said of them.
            #expect(body.quality == nil && body.background == nil)
            #expect(body.cost == Decimal(string: "0.008"))
            let info = try picture(body.data.last?.b64_json)
            #expect(info.format == .png && info.size == PixelSize(width: 48, height: 32))
            #expect(body.data.first?.b64_json != body.data.last?.b64_json)
        }
    }

    @Test func openAIRefusesWhatItDoesNotKnow() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/v1/images/generations",
                #"{"model":"test/test","prompt":"a fox","colour":"red"}"#, as: acme)
            #expect(reply.status == 400)
            #expect(
                reply.text
                    == #"{"error":{"message":"Unknown parameter: 'colour'.","type":"invalid_request_error","param":"colour","code":"unknown_parameter"}}"#
            )
        }
    }

    @Test func imaRouterAnswersTheFirstPictureAtTheTop() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/image/generate",
                #"{"model":"test/paid","prompt":"a fox","size":"512x640"}"#, as: acme)
            #expect(reply.status == 200)
            let body = try reply.json(Body.self)
            #expect(body.url == body.data.first?.url && body.url?.hasSuffix(".png") == true)
            #expect(body.width == 512 && body.height == 640)
            #expect(body.model == "test/paid" && body.cost_usd == price)
        }
    }

    @Test func imaRouterTakesARatio() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/v1/image/generate",
                #"{"model":"test/test","prompt":"a fox","size":"16:9","output_format":"jpeg"}"#,
                as: acme)
            let body = try reply.json(Body.self)
            #expect(body.width == 1360 && body.height == 768)
        }
    }

    /// What each path refuses: body, field at fault, status.
    @Test(arguments: [
        ("/v1/openai/images/generations", #"{"prompt":"a fox"}"#, "model", 400),
        ("/v1/openai/images/generations", #"{"model":"none","prompt":"a fox"}"#, "model", 400),
        ("/v1/openai/images/generations", #"{"model":"test/test"}"#, "prompt", 400),
        (
            "/v1/openai/images/generations", #"{"model":"test/test","prompt":"a","size":"big"}"#,
            "size", 400
        ),
        (
            "/v1/openai/images/generations",
            #"{"model":"test/test","prompt":"a","image":["https://x"]}"#, "image[0]", 400
        ),
        ("/v1/images/generations", #"{"model":"test/test","prompt":7}"#, "prompt", 400),
        ("/v1/images/generations", #"{"model":"test/test","prompt":"a\u0000"}"#, "prompt", 400),
        ("/v1/images/generations", #"{"model":"test/test","prompt":"a","n":11}"#, "n", 400),
        ("/v1/images/generations", #"{"model":"test/test","prompt":"a","n":"2"}"#, "n", 400),
        (
            "/v1/images/generations",
            #"{"model":"test/test","prompt":"a","output_compression":50}"#,
            "output_compression", 400
        ),
        (
            "/v1/images/generations", #"{"model":"test/test","prompt":"a","stream":1}"#,
            "stream", 400
        ),
        ("/v1/image/generate", #"{"model":"test/test","prompt":"a","size":"3:1"}"#, "size", 400),
        (
            "/v1/image/generate", #"{"model":"test/test","prompt":"a","size":"100x100"}"#, "size",
            400
        ),
        (
            "/v1/image/generate", #"{"model":"test/test","prompt":"a","prompts":["a"]}"#,
            "prompts", 400
        ),
    ])
    func badInputIsRefusedByName(
        path: String, body: String, field: String, status: Int
    ) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(path, body, as: acme)
            #expect(reply.status == status)
            #expect(reply.text.contains(#""param":"\#(field)""#), "\(reply.text)")
            let log = try await caller.get("/v1/generations", as: acme)
            #expect(log.text.contains(#""generations":[]"#))
        }
    }

    @Test func anUnknownModelIsA404AsAtOpenAI() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post(
                "/v1/images/generations", #"{"model":"none","prompt":"a"}"#, as: acme)
            #expect(reply.status == 404)
            #expect(reply.text.contains(#""param":null,"code":"model_not_found""#))
        }
    }

    @Test(arguments: ["", "no json", "[1]", "{", "\"text\"", #"{"prompt": "a" "model": "b"}"#])
    func whatIsNoJSONObjectIsRefused(body: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let reply = try await caller.post("/v1/images/generations", body, as: acme)
            #expect(reply.status == 400)
            #expect(reply.text.contains(#""type":"invalid_request_error""#))
        }
    }

    @Test func anotherTypeIsRefusedAndAMissingTypeIsJSON() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let json = #"{"model":"test/test","prompt":"a","size":"16x16"}"#
            let other = try await caller.post(
                "/v1/images/generations", json, as: acme, type: "text/xml")
            #expect(other.status == 415)
            let bare = try await caller.post("/v1/images/generations", json, as: acme, type: nil)
            #expect(bare.status == 200)
        }
    }

    @Test func aBodyPastAMegabyteIsRefused() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let prompt = String(repeating: "a", count: 1024 * 1024)
            let reply = try await caller.post(
                "/v1/images/generations", #"{"prompt":"\#(prompt)"}"#, as: acme)
            #expect(reply.status == 413)
        }
    }
}

import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Pictures
import Postgres
import Signing
import Testing
import Units

/// Dialect (d), OpenRouter's: making pictures and being refused.
@Suite struct OpenRouterTests {
    private struct Body: Decodable {
        struct Item: Decodable {
            let b64_json: String
            let media_type: String
        }
        struct Usage: Decodable {
            let prompt_tokens: Int
            let completion_tokens: Int
            let total_tokens: Int
            let cost: Decimal
        }
        let created: Int64
        let data: [Item]
        let usage: Usage
        let id: String
    }

    private struct Failure: Decodable {
        struct Reason: Decodable {
            struct Metadata: Decodable {
                let error_type: String
                let field: String?
                let missing: Decimal?
            }
            struct Availability: Decodable { let code: String }
            let code: Int
            let message: String
            let metadata: Metadata
            let availability: Availability?
        }
        let error: Reason
    }

    private static let path = "/api/v1/images"

    private func info(_ item: Body.Item?) throws -> PictureInfo {
        let data = try #require(item.flatMap { Data(base64Encoded: $0.b64_json) })
        return try Picture.inspect([UInt8](data))
    }

    private func body(with members: String) -> String {
        #"{"model":"test/paid","prompt":"a fox""# + (members.isEmpty ? "" : ",") + members + "}"
    }

    @Test func aPictureComesAsBase64WithItsCost() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                Self.path, body(with: #""size":"64x32","n":2,"output_format":"webp""#), as: acme,
                headers: ["HTTP-Referer": "https://acme.example", "X-OpenRouter-Title": "Acme"])
            #expect(reply.status == 200, "\(reply.text)")
            let body = try reply.json(Body.self)
            #expect(body.created == Day.today.seconds)
            #expect(body.data.map(\.media_type) == ["image/webp", "image/webp"])
            #expect(try info(body.data.last).size == PixelSize(width: 64, height: 32))
            #expect(body.usage.cost == Decimal(string: "0.008") && body.usage.total_tokens == 0)
            #expect(reply.headers["X-Generation-Id"] == body.id && body.id.hasPrefix("gen-"))
        }
    }

    /// A tier is a square's side; another ratio has its area.
    @Test(arguments: [
        (#""resolution":"512""#, 512, 512), (#""size":"512""#, 512, 512),
        (#""resolution":"512","aspect_ratio":"16:9""#, 688, 384),
        (#""size":"768","aspect_ratio":"2.35:1""#, 1184, 496),
        (#""resolution":"512","aspect_ratio":"auto""#, 512, 512),
        (#""size":"512x288","resolution":"512","aspect_ratio":"16:9""#, 512, 288),
        (#""resolution":"512","aspect_ratio":"9:19.5""#, 352, 752),
    ])
    func tiersAndRatiosGiveAPictureOfThatSize(
        members: String, width: Int, height: Int
    ) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(Self.path, body(with: members), as: acme)
            #expect(reply.status == 200, "\(reply.text)")
            let size = try info(reply.json(Body.self).data.first).size
            #expect(size == PixelSize(width: width, height: height))
        }
    }

    @Test(arguments: [
        (#""stream":1"#, "stream"), (#""n":11"#, "n"), (#""resolution":"3K""#, "resolution"),
        (#""aspect_ratio":"16:10""#, "aspect_ratio"), (#""size":"big""#, "size"),
        (#""size":"1024x1024","resolution":"4K""#, "resolution"),
        (#""size":"1024x1024","aspect_ratio":"16:9""#, "aspect_ratio"),
        (#""size":"1K","resolution":"2K""#, "resolution"), (#""quality":"best""#, "quality"),
        (#""output_format":"svg""#, "output_format"),
        (#""output_compression":101"#, "output_compression"),
        (#""background":"transparent","output_format":"jpeg""#, "background"),
        (#""seed":"x""#, "seed"),
        (
            #""input_references":[{"type":"image_url","image_url":{"url":"ftp://x"}}]"#,
            "input_references[0].image_url.url"
        ),
        (#""input_references":["x"]"#, "input_references[0]"),
        (#""provider":[]"#, "provider"), (#""provider":{"only":"openai"}"#, "only"),
        (#""provider":{"sort":"beauty"}"#, "provider.sort"),
        (#""provider":{"sort":{"by":"beauty"}}"#, "by"),
        (#""provider":{"order":[""]}"#, "provider.order"),
        (#""provider":{"allow_fallbacks":1}"#, "allow_fallbacks"),
        (#""provider":{"options":{"openai":1}}"#, "openai"), (#""trace":1"#, "trace"),
        (#""prompt":1"#, "prompt"),
    ])
    func whatCannotBeDoneIsA400ThatNamesTheField(members: String, field: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                Self.path,
                members.hasPrefix(#""prompt""#)
                    ? #"{"model":"test/paid",\#(members)}"# : body(with: members), as: acme)
            #expect(reply.status == 400)
            let failure = try reply.json(Failure.self)
            #expect(failure.error.metadata.field == field)
            #expect(failure.error.metadata.error_type == "invalid_request")
            #expect(failure.error.code == 400 && !failure.error.message.isEmpty)
        }
    }

    @Test func preferencesThatAreWellWrittenAndUnknownMembersAreAccepted() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                Self.path,
                body(
                    with: #""provider":{"order":["test"],"ignore":null,"sort":{"by":"price","#
                        + #""partition":"none"},"zdr":null,"data_collection":"allow","#
                        + #""max_price":{"image":"1.50","request":2},"require_parameters":true,"#
                        + #""preferred_max_latency":{"p90":3},"quantizations":["fp8","unknown"],"#
                        + #""allow_fallbacks":false,"#
                        + #""options":{"test":{"steps":[1,2.5,null,true,"x",{"deep":{}}]}}},"#
                        + #""trace":{"trace_id":"t","ours":1},"quality":"high","#
                        + #""input_references":[],"plugins":[],"size":"32x32""#), as: acme)
            #expect(reply.status == 200, "\(reply.text)")
        }
    }

    @Test func errorsCarryTheStatusAsAnIntegerAndATypedReason() async throws {
        try await Caller.with { caller in
            let poor = try await caller.gateway.customer(credits: "0.003")
            func failure(_ reply: Answer) throws -> Failure.Reason {
                #expect(reply.headers["Content-Type"] == "application/json")
                let failure = try reply.json(Failure.self)
                #expect(failure.error.code == reply.status)
                return failure.error
            }
            let broke = try failure(await caller.post(Self.path, body(with: ""), as: poor))
            #expect(broke.code == 402 && broke.metadata.error_type == "payment_required")
            #expect(broke.metadata.missing == Decimal(string: "0.001"))
            let stranger = try failure(await caller.post(Self.path, body(with: ""), as: nil))
            #expect(stranger.code == 401 && stranger.metadata.error_type == "authentication")
            let model = try failure(
                await caller.post(Self.path, #"{"model":"no/such","prompt":"x"}"#, as: poor))
            #expect(model.code == 400 && model.availability?.code == "model_not_found")
            let path = try failure(await caller.get("/api/v1/nothing"))
            #expect(path.code == 404 && path.metadata.error_type == "not_found")
        }
    }

    @Test func aRepeatedCallUnderItsKeyIsAnsweredAgainAndChargedOnce() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            var replies: [Answer] = []
            for _ in 0..<2 {
                replies.append(
                    try await caller.post(
                        Self.path, body(with: #""size":"32x32""#), as: acme,
                        headers: ["Idempotency-Key": "once"]))
            }
            #expect(replies[1].headers["Idempotency-Replayed"] == "true")
            #expect(replies[0].body == replies[1].body)
            let credits = try await caller.get("/api/v1/credits", as: acme)
            #expect(credits.text == #"{"data":{"total_credits":1,"total_usage":0.004}}"#)
        }
    }

    @Test func preferRespondAsyncIsAnsweredWithAJob() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                Self.path, body(with: ""), as: acme, headers: ["Prefer": "respond-async"])
            #expect(reply.status == 202)
            #expect(reply.headers["Preference-Applied"] == "respond-async")
        }
    }

    @Test func aGenerationIsToldAgainByItsId() async throws {
        struct Told: Decodable {
            struct Line: Decodable {
                let id: String
                let total_cost: Decimal
                let session_id: String?
                let external_user: String?
                let finish_reason: String?
                let num_media_completion: Int
            }
            let data: Line
        }
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let other = try await caller.gateway.customer(credits: "1.00")
            let made = try await caller.post(
                Self.path, body(with: #""size":"32x32","session_id":"body","user":"u1""#),
                as: acme, headers: ["X-Session-Id": "header"])
            let id = try #require(made.headers["X-Generation-Id"])
            for form in [id, String(id.dropFirst(4))] {
                let told = try await caller.get("/api/v1/generation?id=\(form)", as: acme)
                    .json(Told.self)
                #expect(told.data.id == id && told.data.session_id == "body")
                #expect(told.data.external_user == "u1" && told.data.finish_reason == "stop")
                #expect(told.data.total_cost == Decimal(string: "0.004"))
                #expect(told.data.num_media_completion == 1)
            }
            let stranger = try await caller.get("/api/v1/generation?id=\(id)", as: other)
            #expect(stranger.status == 404)
            #expect(try await caller.get("/api/v1/generation?id=7", as: acme).status == 404)
            #expect(try await caller.get("/api/v1/generation", as: acme).status == 400)
            let long = String(repeating: "x", count: 257)
            let refused = try await caller.post(
                Self.path, body(with: ""), as: acme, headers: ["X-Session-Id": long])
            #expect(refused.status == 400)
        }
    }

    @Test func aTestKeySeesNothingOfLiveWork() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let made = try await caller.post(
                Self.path, body(with: #""size":"32x32""#), as: acme)
            let id = try #require(made.headers["X-Generation-Id"])
            var random = SecureRandom()
            let text = KeyText(mode: .test, using: &random)
            let terms = Key.Terms(
                account: acme.account, name: "play", mode: .test, scopes: [.read], expiresAt: nil)
            let pepper = try #require(TestGateway.pepper)
            let actor = caller.gateway.actor
            try await caller.gateway.database.transaction {
                _ = try Key.issue(text, under: terms, pepper: pepper, by: actor, in: $0)
            }
            func get(_ target: String) async throws -> Answer {
                try await caller.send("GET", target, ["X-API-Key": text.secret.reveal()])
            }
            #expect(try await get("/api/v1/generation?id=\(id)").status == 404)
            // Of play credits, as many as every account is given.
            let credits = try await get("/api/v1/credits").text
            #expect(credits == #"{"data":{"total_credits":1000,"total_usage":0}}"#)
            #expect(try await get("/api/v1/key").text.contains(#""usage":0,"#))
        }
    }
}

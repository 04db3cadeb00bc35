import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Ledger
import Pictures
import Signing
import Testing
import Threads
import Units

/// Pictures told of while they are drawn, as server-sent events.
@Suite struct StreamTests {
    /// An event as a client reads it.
    private struct Event {
        let name: String?
        let data: String
    }

    private struct Picture: Decodable {
        let type: String
        let b64_json: String
        let partial_image_index: Int?
        let image_index: Int?
        let size: String?
        let output_format: String?
        let created_at: Int64?
        let created: Int64?
        let cost: Decimal?
        let usage: Usage?
    }

    private struct Usage: Decodable {
        let total_tokens: Int
        let cost: Decimal?
    }

    private static func events(_ text: String) -> [Event] {
        // On a slow machine there may be comments that say no more than that it is alive.
        text.components("\n\n").filter { !$0.hasPrefix(":") }.map { frame in
            let lines = frame.components("\n")
            return Event(
                name: lines.first { $0.hasPrefix("event: ") }.map { String($0.dropFirst(7)) },
                data: lines.first { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) } ?? "")
        }
    }

    private func picture(_ event: Event) throws -> Picture {
        try JSONDecoder().decode(Picture.self, from: Data(event.data.utf8))
    }

    private func info(_ picture: Picture) throws -> PictureInfo {
        let bytes = try #require(Data(base64Encoded: picture.b64_json))
        return try Pictures.Picture.inspect(Array(bytes))
    }

    /// A rehearsal of a slow model shows what a slow model would.
    @Test(arguments: ["/v1/images/generations", "/api/v1/images"])
    func aSlowRehearsalShowsItsViewsToo(path: String) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let partials = path.hasPrefix("/v1") ? #","partial_images":3"# : ""
            let reply = try await caller.post(
                path,
                #"{"model":"test/paid","prompt":"sandbox:slow=0 a fox","size":"96x64","#
                    + #""stream":true\#(partials)}"#, as: acme)
            let pictures = try Self.events(reply.text).filter { $0.data.hasPrefix("{") }
                .map(picture)
            #expect(pictures.compactMap(\.partial_image_index) == Array(0..<(pictures.count - 1)))
            #expect(pictures.count > 1, "\(reply.text.prefix(200))")
        }
    }

    @Test(arguments: [0, 3]) func openAIsEventsShowEachViewAndThenThePicture(
        partials: Int
    ) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/images/generations",
                """
                {"model":"test/paid","prompt":"a fox","size":"96x64","output_format":"webp",
                 "stream":true,"partial_images":\(partials)}
                """, as: acme)
            #expect(reply.status == 200)
            #expect(reply.headers["Content-Type"] == "text/event-stream; charset=utf-8")
            #expect(reply.headers["x-request-id"] != nil)
            let events = Self.events(reply.text)
            let wanted =
                Array(repeating: "image_generation.partial_image", count: partials) + [
                    "image_generation.completed"
                ]
            #expect(events.map(\.name) == wanted)
            let pictures = try events.map(picture)
            #expect(pictures.map(\.type) == wanted)
            #expect(
                pictures.compactMap(\.partial_image_index) == Array(0..<partials))
            for one in pictures {
                let info = try info(one)
                #expect(info.format == .webp && info.size == PixelSize(width: 96, height: 64))
                #expect(one.size == "96x64" && one.output_format == "webp")
                #expect(one.created_at != nil)
            }
            // Each view is another picture, nearer to the last.
            #expect(Set(pictures.map(\.b64_json)).count == partials + 1)
            // The price counts no tokens, so none were taken.
            #expect(pictures.last?.usage?.total_tokens == 0)
            #expect(pictures.last?.cost == Decimal(string: "0.004"))
            #expect(try await caller.gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }

    @Test func severalPicturesAreCompletedOneByOne() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/v1/images/generations",
                #"{"model":"test/paid","prompt":"a fox","size":"32x32","n":3,"stream":true}"#,
                as: acme)
            let pictures = try Self.events(reply.text).map(picture)
            #expect(pictures.map(\.image_index) == [0, 1, 2])
            #expect(pictures.map(\.cost) == [nil, nil, Decimal(string: "0.012")])
        }
    }

    @Test func openRoutersEventsEndWithDone() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                "/api/v1/images",
                #"{"model":"test/paid","prompt":"a fox","size":"32x32","stream":true}"#, as: acme)
            #expect(reply.status == 200)
            let events = Self.events(reply.text)
            #expect(events.allSatisfy { $0.name == nil })
            #expect(events.last?.data == "[DONE]")
            let pictures = try events.dropLast().map(picture)
            #expect(
                pictures.map(\.type) == [
                    "image_generation.partial_image", "image_generation.partial_image",
                    "image_generation.completed",
                ])
            #expect(pictures.last?.created != nil)
            #expect(pictures.last?.usage?.cost == Decimal(string: "0.004"))
        }
    }

    /// As documented there; OpenAI's client would find nothing in an answer that is no stream.
    @Test func aModelThatShowsNothingIsAnsweredWholeByOneDialectAndAsAStreamByTheOther()
        async throws
    {
        try await Caller.with { caller in
            try await caller.gateway.sync()
            let acme = try await caller.gateway.customer(mode: .test)
            let body = #"{"model":"flux-1.1-pro","prompt":"a fox","size":"256x256","stream":true,"#
            let whole = try await caller.post(
                "/api/v1/images", body + #""n":1}"#, as: acme)
            #expect(whole.headers["Content-Type"] == "application/json")
            let stream = try await caller.post(
                "/v1/images/generations", body + #""partial_images":2}"#, as: acme)
            #expect(
                Self.events(stream.text).map(\.name) == ["image_generation.completed"])
        }
    }

    @Test(arguments: [
        ("/v1/images/generations", "no/such", 404), ("/api/v1/images", "no/such", 400),
        ("/v1/images/generations", "test/paid", 402), ("/api/v1/images", "test/paid", 402),
    ])
    func whatIsRefusedBeforeItBeginsIsAnOrdinaryError(
        path: String, model: String, status: Int
    ) async throws {
        try await Caller.with { caller in
            let poor = try await caller.gateway.customer(credits: "0.001")
            let reply = try await caller.post(
                path, #"{"model":"\#(model)","prompt":"a fox","stream":true}"#, as: poor)
            #expect(reply.status == status)
            #expect(reply.headers["Content-Type"] == "application/json")
        }
    }

    @Test(arguments: [
        ("/v1/images/generations", #""code":"moderation_blocked""#, "error"),
        ("/api/v1/images", #""code":"400""#, nil),
    ])
    func whatFailsLaterIsAnEventAndCostsNothing(
        path: String, code: String, name: String?
    ) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let reply = try await caller.post(
                path, #"{"model":"test/paid","prompt":"sandbox:moderated x","stream":true}"#,
                as: acme)
            #expect(reply.status == 200)
            let event = try #require(Self.events(reply.text).first)
            #expect(event.name == name)
            #expect(event.data.hasPrefix(#"{"type":"error","error":{"message":"#))
            #expect(event.data.contains(code))
            let wallet = try await caller.gateway.wallet(of: acme)
            #expect(wallet.posted.dollars == "1" && wallet.held == .zero)
        }
    }

    @Test func whoLeavesInTheMiddleIsChargedOnceAndFindsThePictures() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "1.00")
            let body =
                #"{"model":"test/paid","prompt":"a fox","size":"64x64","stream":true,"#
                + #""partial_images":2}"#
            let response = await caller.respond(
                "POST", "/v1/images/generations",
                [
                    "Authorization": "Bearer \(acme.text.secret.reveal())",
                    "Content-Type": "application/json", "Idempotency-Key": "left",
                ], body: Array(body.utf8))
            guard case .stream(let write) = response.body else {
                Issue.record("no stream came")
                return
            }
            await #expect(throws: CancellationError.self) {
                try await write(BodyWriter { _ in throw CancellationError() })
            }
            // The writer returned only once its generation had ended.
            let wallet = try await caller.gateway.wallet(of: acme)
            #expect(wallet.posted.dollars == "0.996" && wallet.held == .zero)
            let again = try await caller.post(
                "/v1/images/generations", body, as: acme, headers: ["Idempotency-Key": "left"])
            #expect(again.headers["Idempotency-Replayed"] == "true")
            #expect(
                Self.events(again.text).map(\.name) == ["image_generation.completed"])
            #expect(try await caller.gateway.wallet(of: acme).posted.dollars == "0.996")
        }
    }
}

extension String {
    /// The parts between separators, none empty.
    fileprivate func components(_ separator: String) -> [String] {
        split(separator: separator, omittingEmptySubsequences: true).map(String.init)
    }
}

import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Pictures
import Signing
import Storage
import Testing
import Units

@testable import API

/// A form as a client would write it.
private struct SentForm {
    var bytes: [UInt8] = []

    mutating func add(_ name: String, _ content: some Sequence<UInt8>, filename: String? = nil) {
        let file = filename.map { "; filename=\"\($0)\"" } ?? ""
        bytes += Array(
            "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n".utf8)
        bytes += Array(content) + [0x0D, 0x0A]
    }

    var whole: [UInt8] { bytes + Array("--b--\r\n".utf8) }
}

/// A picture and as many bytes of nothing behind it, where a PNG's readers do not look.
private func png(padding: Int = 0) throws -> [UInt8] {
    try Picture.encode(
        Bitmap(
            size: PixelSize(width: 2, height: 2), pixels: [UInt8](repeating: 7, count: 16)),
        as: .png) + [UInt8](repeating: 0, count: padding)
}

extension Caller {
    /// What was read of a body, while it lasts.
    fileprivate func read<Value>(
        _ bytes: [UInt8], as customer: Customer, type: String, headers: Headers = [:],
        chunked: Bool = false, _ body: (SentBody) async throws -> Value
    ) async throws -> Value {
        let pieces = PieceSource(bytes)
        var headers = headers
        headers["Content-Type"] = type
        let request = Request(
            method: "POST", path: "/x", headers: headers,
            body: RequestBody(declaredBytes: chunked ? nil : bytes.count) {
                () throws(BodyFailure) in await pieces.next()
            })
        return try await application.withSubmission(
            of: request, from: ShownKey(mode: customer.mode, hash: customer.hash), body)
    }

    fileprivate func form(
        _ form: SentForm, as customer: Customer, headers: Headers = [:],
        _ body: (SentBody) async throws -> Void
    ) async throws {
        try await read(
            form.whole, as: customer, type: "multipart/form-data; boundary=b", headers: headers,
            body)
    }

    fileprivate func refusal(_ body: () async throws -> Void) async throws -> Refusal? {
        do {
            try await body()
            return nil
        } catch let refusal as Refusal {
            return refusal
        }
    }

    /// Files among the inputs.
    fileprivate var inputFiles: Int {
        get throws {
            try FileManager.default.subpathsOfDirectory(atPath: "\(gateway.directory)/inputs")
                .filter { $0.contains(".") }.count
        }
    }
}

/// A body in pieces of 64 KiB, as the server reads them.
private actor PieceSource {
    private let bytes: [UInt8]
    private var place = 0
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func next() -> [UInt8]? {
        guard place < bytes.count else { return nil }
        let end = min(bytes.count, place + 65_536)
        defer { place = end }
        return Array(bytes[place..<end])
    }
}

@Suite struct SubmissionTests {
    @Test func aFormsFieldsAreReadLikeJSON() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            var form = SentForm()
            let texts = [
                ("prompt", "a fox"), ("n", "2"), ("stream", "false"), ("size", "auto"),
                ("user", ""),
                ("metadata[a]", "1"), ("metadata[b]", "x"), ("tags[]", "red"), ("tags[]", "blue"),
                ("words", #"["one","two"]"#), ("provider", #"{"sort":"price"}"#), ("bad", "x1"),
                ("svg[model]", "m"),
            ]
            for (name, text) in texts { form.add(name, text.utf8) }
            form.add("file", [1, 2], filename: "")
            form.add("mask", [], filename: "")
            form.add("twice", "1".utf8)
            form.add("twice", "2".utf8)
            try await caller.form(form, as: acme) { sent async throws in
                let fields = sent.fields
                #expect(try fields.requiredString("prompt") == "a fox")
                #expect(try fields.integer("n", in: 1...10) == 2)
                #expect(try fields.boolean("stream") == false)
                #expect(try fields.word("size", of: ["auto"]) == "auto")
                #expect(try fields.string("user") == nil)
                #expect(fields.has("mask") == false && fields.has("user") == false)
                #expect(fields.has("metadata") && fields.has("tags"))
                #expect(try fields.texts("metadata") == ["a": "1", "b": "x"])
                #expect(try fields.strings("tags") == ["red", "blue"])
                #expect(try fields.strings("words") == ["one", "two"])
                #expect(try fields.object("provider")?.string("sort") == "price")
                #expect(try fields.object("svg")?.string("model") == "m")
                let unknown = #expect(throws: Refusal.self) {
                    try fields.refuseUnknown(beyond: ["prompt"])
                }
                #expect(unknown?.field == "bad")
                #expect(throws: Refusal.self) { try fields.integer("bad", in: 1...2) }
                #expect(throws: Refusal.self) { try fields.string("twice") }
                #expect(throws: Refusal.self) { try fields.string("file") }
                #expect(throws: Refusal.self) { try fields.integer("n", in: 3...4) }
            }
        }
    }

    @Test func picturesOfAFormAreFoundUnderTheirNames() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let picture = try png(padding: 100)
            var form = SentForm()
            form.add("image[]", picture, filename: "fox.png")
            form.add("prompt", "a fox".utf8)
            form.add("image[]", "https://a.example/b.png".utf8)
            form.add("image[]", "data:image/png;base64,\(Data(picture).base64EncodedString())".utf8)
            form.add("image", picture)
            form.add("mask", "not a URL".utf8)
            try await caller.form(form, as: acme) { sent async throws in
                let pictures = try sent.fields.pictures(["image"])
                #expect(pictures.map(\.field) == ["image[]", "image[]", "image[]", "image"])
                #expect(try sent.fields.pictures(["image", "image[]"]) == pictures)
                #expect(pictures[1].source == .url("https://a.example/b.png"))
                for index in [0, 2, 3] {
                    let taken = try await caller.gateway.inputs.take([pictures[index]])
                    // What is behind its end is left out.
                    let kept = try await caller.gateway.inputs.read(taken[0])
                    #expect(try kept == png())
                    await caller.gateway.inputs.discard(taken)
                }
                let refusal = #expect(throws: Refusal.self) { try sent.fields.pictures(["mask"]) }
                #expect(refusal?.field == "mask")
                #expect(try caller.inputFiles == 3)
            }
            #expect(try caller.inputFiles == 0)
        }
    }

    @Test func picturesOfJSONAreTextsOrObjects() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let json = #"""
                {"image": "https://a.example/1", "images": ["HTTP://a.example/2",
                 {"image_url": "https://a.example/3"},
                 {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}],
                 "a": 1, "b": {"file_id": "f"}, "c": [{}], "d": ["file:///x"], "e": "data:text/html,x",
                 "f": {"image_url": {"url": 1}}, "g": null, "h": "data:image/png,x"}
                """#
            try await caller.read(Array(json.utf8), as: acme, type: "application/json") {
                sent async throws in
                let pictures = try sent.fields.pictures(["image", "image[]", "images", "g"])
                #expect(
                    pictures.map(\.field) == [
                        "image", "images[0]", "images[1].image_url", "images[2].image_url.url",
                    ])
                #expect(pictures[3].source == .url("data:image/png;base64,AAAA"))
                let fields = [
                    "a": "a", "b": "b.file_id", "c": "c[0].image_url", "d": "d[0]",
                    "e": "e", "f": "f.image_url", "h": "h",
                ]
                for (name, field) in fields {
                    let refusal = #expect(throws: Refusal.self) {
                        try sent.fields.pictures([name])
                    }
                    #expect(refusal?.field == field)
                    #expect((refusal?.kind == .unsupportedParameter) == (name == "b"))
                }
            }
        }
    }

    @Test(arguments: [true, false])
    func largeJSONLeavesItsPicturesOnDisk(chunked: Bool) async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let picture = try png(padding: 1_500_000)
            let text = "data:image/png;base64,\(Data(picture).base64EncodedString())"
            let json =
                #"{"prompt":"\#(text)","n":2,"images":[{"image_url":"\#(text)"}],"x":{"y":["\#(text)"]}}"#
            try await caller.read(
                Array(json.utf8), as: acme, type: "application/json", chunked: chunked
            ) { sent async throws in
                #expect(sent.spooled.count == 3)
                #expect(try sent.fields.integer("n", in: 1...2) == 2)
                for read in [
                    { try sent.fields.string("prompt") as Any? },
                    { try sent.fields.object("x")?.strings("y") as Any? },
                ] {
                    let refusal = #expect(throws: Refusal.self) { try read() }
                    #expect(refusal?.message.contains("must be a text") == true)
                }
                let pictures = try sent.fields.pictures(["images"])
                #expect(pictures.map(\.field) == ["images[0].image_url"])
                let taken = try await caller.gateway.inputs.take(pictures)
                // What is behind its end is left out.
                let kept = try await caller.gateway.inputs.read(taken[0])
                #expect(try kept == png())
                await caller.gateway.inputs.discard(taken)
            }
            #expect(try caller.inputFiles == 0)
        }
    }

    @Test func theSamePicturesMakeTheSameFingerprint() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            func claim(_ bytes: [UInt8], _ type: String) async throws -> [UInt8]? {
                try await caller.read(
                    bytes, as: acme, type: type, headers: ["Idempotency-Key": "k"]
                ) {
                    $0.claim?.fingerprint
                }
            }
            var forms: [[UInt8]?] = []
            for content in [1, 1, 2] as [UInt8] {
                var form = SentForm()
                form.add("prompt", "a".utf8)
                form.add("image", [content], filename: "x")
                forms.append(try await claim(form.whole, "multipart/form-data; boundary=b"))
            }
            #expect(forms[0] != nil && forms[0] == forms[1] && forms[0] != forms[2])
            var texts: [[UInt8]?] = []
            for (padding, blank) in [(1_200_000, ""), (1_200_000, " "), (1_200_001, "")] {
                let text = Data(try png(padding: padding)).base64EncodedString()
                let json = #"{"n":1,\#(blank)"image":"data:image/png;base64,\#(text)"}"#
                texts.append(try await claim(Array(json.utf8), "application/json"))
            }
            #expect(texts[0] != nil && texts[0] == texts[1] && texts[0] != texts[2])
        }
    }

    @Test func limitsOfAFormAreToldAndNothingIsLeftBehind() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            func refusal(_ fill: (inout SentForm) -> Void) async throws -> Refusal? {
                var form = SentForm()
                form.add("image", [1], filename: "first")
                fill(&form)
                return try await caller.refusal { try await caller.form(form, as: acme) { _ in } }
            }
            let many = try await refusal { form in
                for _ in 0..<17 { form.add("image[]", [1], filename: "x") }
            }
            #expect(many?.kind == .invalidValue && many?.field == "image[]")
            let large = try await refusal { form in
                form.add("mask", [UInt8](repeating: 0, count: 17 << 20), filename: "x")
            }
            #expect(large?.kind == .bodyTooLarge && large?.field == "mask")
            let texts = try await refusal { form in
                for index in 0..<65 { form.add("t\(index)", "x".utf8) }
            }
            #expect(texts?.kind == .invalidValue)
            let long = try await refusal {
                $0.add("prompt", [UInt8](repeating: 65, count: (1 << 20) + 1))
            }
            #expect(long?.kind == .bodyTooLarge && long?.field == "prompt")
            let broken = try await refusal { $0.add("mask", "data:image/png;base64,A!".utf8) }
            #expect(broken?.kind == .invalidValue && broken?.field == "mask")
            let cut = try await caller.refusal {
                var form = SentForm()
                form.add("image", [1], filename: "x")
                form.bytes += Array(
                    "--b\r\nContent-Disposition: form-data; name=y; filename=z\r\n\r\nabc".utf8)
                try await caller.read(
                    form.bytes, as: acme, type: "multipart/form-data; boundary=b"
                ) { _ in }
            }
            #expect(cut?.kind == .malformedBody)
            #expect(try caller.inputFiles == 0)
        }
    }

    @Test func aStrangerMakesNobodyWriteAndADeclaredLengthIsBelieved() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let bytes = [UInt8](repeating: 0, count: 2 << 20)
            let stranger = try await caller.gateway.customer(
                scopes: [.read])
            for type in ["multipart/form-data; boundary=b", "application/json"] {
                let refusal = try await caller.refusal {
                    try await caller.read(bytes, as: stranger, type: type) { _ in
                        _ = Issue.record("a stranger's body was read")
                    }
                }
                #expect(refusal?.kind == .scopeMissing)
                let request = Request(
                    method: "POST", path: "/x", headers: ["Content-Type": type],
                    body: RequestBody(declaredBytes: 66 << 20) { () throws(BodyFailure) in
                        Issue.record("it was read")
                        return nil
                    })
                await #expect(throws: BodyFailure.self) {
                    try await caller.application.withSubmission(
                        of: request, from: ShownKey(mode: acme.mode, hash: acme.hash)
                    ) { _ in
                    }
                }
            }
        }
    }

    @Test func aFormGeneratesLikeJSON() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer(credits: "5")
            var form = SentForm()
            for (name, text) in [("model", "test/test"), ("prompt", "a fox"), ("size", "16x16")] {
                form.add(name, text.utf8)
            }
            let reply = try await caller.send(
                "POST", "/v1/images/generations",
                [
                    "Authorization": "Bearer \(acme.text.secret.reveal())",
                    "Content-Type": "multipart/form-data; boundary=b",
                ], body: form.whole)
            #expect(reply.status == 200)
        }
    }
}

@Suite struct UploadTests {
    private struct Uploaded: Decodable {
        let id: String
        let url: String
        let kind: String
        let contentType: String
        let byteSize: Int
        let expiresAt: String
    }

    @Test func anUploadIsServedUntilItExpires() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let bytes = try png()
            var form = SentForm()
            form.add("file", bytes, filename: "named.jpg")
            let reply = try await caller.send(
                "POST", "/v2/uploads",
                [
                    "X-API-Key": acme.text.secret.reveal(),
                    "Content-Type": "multipart/form-data; boundary=b",
                ], body: form.whole)
            #expect(reply.status == 201)
            let upload = try reply.json(Uploaded.self)
            #expect(upload.kind == "image" && upload.contentType == "image/png")
            #expect(upload.byteSize == bytes.count)
            let path = "/u/\(upload.id)"
            #expect(upload.url == TestGateway.publicURL + path)
            let served = try await caller.get(path)
            #expect(served.status == 200 && served.body == bytes)
            #expect(served.headers["Content-Type"] == "image/png")
            #expect(try caller.inputFiles == 1)
            caller.gateway.time.pass(.seconds(86_400))
            #expect(try await caller.get(path).status == 404)
            #expect(try await caller.get("/u/k7aaaaaaaaaaaaaaaaaaaaaa.png").status == 404)
        }
    }

    @Test func whatIsNoUploadIsRefused() async throws {
        try await Caller.with { caller in
            let acme = try await caller.gateway.customer()
            let json = try await caller.post("/v2/uploads", "{}", as: acme)
            #expect(json.status == 400 && json.text.contains("16 MiB"))
            var form = SentForm()
            form.add("file", "a text".utf8, filename: "fox.png")
            let headers: Headers = [
                "X-API-Key": acme.text.secret.reveal(),
                "Content-Type": "multipart/form-data; boundary=b",
            ]
            let text = try await caller.send("POST", "/v2/uploads", headers, body: form.whole)
            #expect(text.status == 400 && text.text.contains("not a picture"))
            form.add("file", try png(), filename: "fox.png")
            let two = try await caller.send("POST", "/v2/uploads", headers, body: form.whole)
            #expect(two.status == 400)
            #expect(try caller.inputFiles == 0)
        }
    }
}

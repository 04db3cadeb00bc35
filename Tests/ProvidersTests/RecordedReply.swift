import FoundationEssentials
import HTTP
import Providers
import Testing
import Units

/// A vendor's reply as it was recorded, and what it means.
struct RecordedReply {
    let fixture: Fixture
    let json: JSONValue

    static func all(of fixture: Fixture) throws -> [RecordedReply] {
        let replies = fixture.json["replies"]?.items ?? []
        try #require(!replies.isEmpty)
        return replies.map { RecordedReply(fixture: fixture, json: $0) }
    }

    var kind: String { json["is"]?.text ?? "" }
    var status: Int { json["status"]?.whole ?? 0 }
    var bytes: [UInt8] { json["body"]?.json.bytes ?? Array((json["text"]?.text ?? "").utf8) }

    private var reply: Reply {
        var headers = Headers()
        if case .object(let members)? = json["headers"] {
            for (name, value) in members { headers.add(name, value.text ?? "") }
        }
        return Reply(status: status, headers: headers, bytes: bytes)
    }

    func read(_ reply: Reply) throws(VendorFailure) -> Progress {
        guard json["of"]?.text == "poll" else {
            return try fixture.vendor.read(reply, of: fixture.ask())
        }
        return try fixture.vendor.readPoll(reply, of: json["at"]?.text ?? "")
    }

    func check() throws {
        let name: Comment = "\(fixture.vendor.name): \(json.json.text)"
        do throws(VendorFailure) {
            switch try read(reply) {
            case .done(let made):
                #expect(kind == "done", name)
                check(made, name)
            case .pending(let task, let next, let percent):
                #expect(kind == "pending", name)
                #expect(task == json["task"]?.text, name)
                #expect(percent == json["percent"]?.whole, name)
                #expect(next >= .zero && next <= .seconds(10), name)
                let call = try fixture.vendor.poll(task, with: Fixture.secret, at: Fixture.now)
                #expect(call.method == "GET" && !call.url.contains("#"), name)
            }
        } catch {
            #expect(error.kind.rawValue == kind, "\(name): \(error)")
            check(error, name)
        }
    }

    private func check(_ made: Made, _ name: Comment) {
        let pictures = made.pictures.map { picture in
            switch picture {
            case .base64(let text): "base64:\(text)"
            case .url(let url): "url:\(url)"
            case .bytes(let bytes): "bytes:\(bytes.count)"
            }
        }
        #expect(pictures == json["pictures"]?.items.compactMap(\.text), name)
        for case .url(let url) in made.pictures {
            #expect(fixture.vendor.mayFetch(url), "\(url) is this vendor's")
        }
        #expect(made.withheld == json["withheld"]?.whole ?? 0, name)
        #expect(made.gridSide == json["grid"]?.whole ?? 1, name)
        #expect(made.seed == json["seed"]?.whole.map { Int64($0) }, name)
        #expect(made.revisedPrompt == json["revised"]?.text, name)
        if let request = json["request"]?.text { #expect(made.request == request, name) }
        check(made.usage, name)
    }

    private func check(_ usage: VendorUsage, _ name: Comment) {
        func number(_ field: String) -> Decimal? {
            json[field]?.text.flatMap { Decimal(string: $0) }
        }
        #expect(usage.cost == number("cost"), name)
        #expect(usage.credits == number("credits"), name)
        #expect(usage.images == json["images"]?.whole, name)
        guard let tokens = json["tokens"] else { return }
        #expect(usage.inputText == tokens["inputText"]?.whole, name)
        #expect(usage.inputImage == tokens["inputImage"]?.whole, name)
        #expect(usage.outputText == tokens["outputText"]?.whole, name)
        #expect(usage.outputImage == tokens["outputImage"]?.whole, name)
    }

    private func check(_ failure: VendorFailure, _ name: Comment) {
        if let acceptance = json["acceptance"]?.text {
            #expect(failure.acceptance.rawValue == acceptance, name)
        }
        if let field = json["field"]?.text { #expect(failure.field == field, name) }
        if let retry = json["retry"]?.whole { #expect(failure.retryAfter == .seconds(retry), name) }
        if let hidden = json["hides"]?.text { #expect(!failure.message.contains(hidden), name) }
        #expect(!failure.message.isEmpty && failure.message.count <= 300, name)
        #expect(!failure.message.contains("\n"), name)
        if json["tokens"] != nil || json["cost"] != nil { check(failure.usage, name) }
    }
}

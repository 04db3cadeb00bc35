import FoundationEssentials
import Ledger
import Providers
import Testing
import Units

@testable import Gateway

/// What vendors write, read without believing it.
@Suite struct VendorFigureTests {
    // MARK: Pictures inside JSON

    private func picture(_ count: Int = 20_000) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    }

    private func base64(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        Base64.append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    private func texts(_ json: String) -> LongTexts { LongTexts(Array(json.utf8), nonce: 7) }

    @Test func longTextsAreTakenOutAndShortOnesStay() throws {
        let pictures = [picture(), picture(30_001)]
        let taken = texts(
            #"{"data":[{"b64_json":"\#(base64(pictures[0]))"},{"b64_json":"\#(base64(pictures[1]))"}],"#
                + #""note":"a \"quoted\" \\ word","usage":{"total_tokens":3}}"#)
        #expect(taken.json.count < 200)
        let json = try #require(JSONValue(json: taken.json))
        #expect(json["note"]?.text == #"a "quoted" \ word"#)
        #expect(json["usage"]?["total_tokens"]?.whole == 3)
        for (index, wanted) in pictures.enumerated() {
            let token = try #require(json["data"]?[index]?["b64_json"]?.text)
            #expect(taken.picture(token) == wanted)
        }
    }

    @Test func aDataURLAndEscapedSlashesAreReadToo() throws {
        let wanted = picture()
        let escaped = base64(wanted).split(separator: "/", omittingEmptySubsequences: false)
            .joined(separator: #"\/"#)
        for text in ["data:image/png;base64,\(base64(wanted))", escaped] {
            let taken = texts(#"{"image":"\#(text)"}"#)
            let token = try #require(JSONValue(json: taken.json)?["image"]?.text)
            #expect(taken.picture(token) == wanted)
        }
    }

    @Test func whatIsNoPictureStaysAsItIs() {
        let long = String(repeating: "word ", count: 10_000)
        for json in [
            #"{"text":"\#(long)"}"#, #"{"open":"\#(long)"#, #"{"escaped":"x\"#, "", "{}",
            #"{"a":"\u0022"}"#,
        ] {
            #expect(texts(json).json == Array(json.utf8))
        }
    }

    @Test func aShortPictureIsItsOwnText() {
        #expect(texts("{}").picture(base64([1, 2, 3])) == [1, 2, 3])
        #expect(texts("{}").picture("atelier:8:0") == nil)
    }

    // MARK: Figures

    @Test(arguments: [
        ("0.04", 40_000_000), ("0.0412345", 41_234_500), ("0.0000000001", 1), ("3", 3_000_000_000),
        ("0.1234567891", 123_456_790), ("0", 0),
    ]) func aCostIsRoundedUpToANanodollar(dollars: String, nanodollars: Int64) throws {
        let decimal = try #require(Decimal(string: dollars))
        #expect(Credits(roundingUp: decimal)?.nanodollars == nanodollars)
    }

    @Test(arguments: ["-1", "99999999999999999999", "9223372036.8547758071"])
    func aCostThatIsNoneIsNone(dollars: String) throws {
        #expect(Credits(roundingUp: try #require(Decimal(string: dollars))) == nil)
    }

    @Test func numbersPastWhatCanBeAddedAreNotCounted() {
        #expect(JSONValue(json: Array("9007199254740992".utf8))?.whole == 9_007_199_254_740_992)
        for text in ["9007199254740993", "9223372036854775807", "1e30", "1.5", "-9e18"] {
            #expect(JSONValue(json: Array(text.utf8))?.whole == nil, "\(text)")
        }
    }

    // MARK: Tasks

    @Test func tasksOfSeveralCallsAreOneNameWithTheirCredentials() {
        let parts = [
            TaskPart(credential: 0, task: "https://a.example/t?id=1#cost=3"),
            TaskPart(credential: 2, task: "b:c d"),
        ]
        #expect(TaskPart.all(in: TaskPart.text(of: parts)) == parts)
        #expect(TaskPart.all(in: "no credential") == [])
        #expect(TaskNote("fal\n0:x y").owned?.provider == "fal")
        #expect(TaskNote("fal\n0:x y").owned?.task == "0:x y")
        #expect(TaskNote("slow-1-2").owned?.provider == nil)
        for text in ["fal\n0:x y", "slow-1-2", "!openai\n", "!openai,fal\nazure\n1:a\nb"] {
            #expect(TaskNote(text).text == text)
        }
        #expect(TaskNote("!openai,fal\nazure\n1:a").spent == ["openai", "fal"])
        #expect(TaskNote("!openai\n").owned == nil && TaskNote(nil) == TaskNote())
    }
}

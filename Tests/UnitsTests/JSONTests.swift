import FoundationEssentials
import SeedSupport
import Testing
import Units

@Suite struct JSONTests {
    @Test func everyControlCharacterIsEscaped() throws {
        for value in UInt8(0)..<0x20 {
            let text = "a\(Unicode.Scalar(value))b"
            let bytes = JSON.string(text).bytes
            #expect(bytes.allSatisfy { $0 >= 0x20 }, "\(value)")
            #expect(try read([String].self, JSON.array([.string(text)])) == [text])
        }
        #expect(JSON.string("\n\r\t\u{0}\u{1f}").text == #""\n\r\t\u0000\u001f""#)
    }

    @Test(arguments: [
        ("", #""""#), ("a\"b", #""a\"b""#), ("a\\b", #""a\\b""#), ("é🦊", #""é🦊""#),
        ("/", #""/""#), ("\u{2028}", "\"\u{2028}\""), ("\"\\\"", #""\"\\\"""#),
    ])
    func textIsWritten(text: String, json: String) throws {
        #expect(JSON.string(text).text == json)
        #expect(try read([String].self, .array([.string(text)])) == [text])
        #expect(try read([String: Int].self, .object([(text, .int(1))])) == [text: 1])
    }

    @Test func randomTextSurvivesTheRoundTrip() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<300 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let value = UInt32.random(
                    in: Bool.random(using: &random) ? 0...0x7F : 0...0x10FFFF, using: &random)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            let back = try read([String].self, .array([.string(text)]))
            #expect(back.first.map { Array($0.utf8) } == Array(text.utf8))
        }
    }

    @Test(arguments: [
        (JSON.null, "null"), (.bool(true), "true"), (.bool(false), "false"),
        (.int(Int64.min), "-9223372036854775808"), (.int(7 as Int), "7"),
        (.credits(Credits(nanodollars: 100_000_000)), "0.1"),
        (.credits(Credits(nanodollars: .max)), "9223372036.854775807"),
        (.credits(Credits(nanodollars: -1)), "-0.000000001"),
        (.array([]), "[]"), (.object([]), "{}"), (.base64([]), #""""#),
        (.base64(Array("foobar".utf8)), #""Zm9vYmFy""#),
        (.optional(nil as Int?) { .int($0) }, "null"), (.optional(3 as Int?) { .int($0) }, "3"),
        (.time(Timestamp(seconds: 0)), #""1970-01-01T00:00:00.000Z""#),
        (.id(ID<Account>(high: 0, low: 1)), #""00000000-0000-0000-0000-000000000001""#),
    ])
    func aValueHasOneText(value: JSON, text: String) {
        #expect(value.text == text)
    }

    @Test func membersStayInTheirOrder() {
        let value = JSON.object([
            ("z", .array([.int(1 as Int), .array([.null]), .object([("y", .bool(true))])])),
            ("a", .object([("c", .int(2 as Int)), ("b", .string("x"))])),
        ])
        #expect(value.text == #"{"z":[1,[null],{"y":true}],"a":{"c":2,"b":"x"}}"#)
    }

    private func read<Value: Decodable>(_ type: Value.Type, _ value: JSON) throws -> Value {
        try JSONDecoder().decode(type, from: Data(value.bytes))
    }
}

@Suite struct Base64Tests {
    @Test(arguments: [
        // RFC 4648, section 10.
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func theVectorsOfTheRFCAreMet(text: String, coded: String) {
        var bytes: [UInt8] = []
        Base64.append(Array(text.utf8), to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == coded)
    }

    @Test func everyLengthIsWrittenAsFoundationDoes() {
        var random = SeededRandom(seed: 9)
        for length in 0...100 {
            let data = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            var bytes = Array("before".utf8)
            Base64.append(data, to: &bytes)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text == "before" + Data(data).base64EncodedString())
        }
    }

    @Test func everyByteValueIsWritten() {
        let data = Array(UInt8(0)...255) + Array((UInt8(0)...255).reversed())
        var bytes: [UInt8] = []
        Base64.append(data, to: &bytes)
        #expect(bytes == Array(Data(data).base64EncodedString().utf8))
    }
}

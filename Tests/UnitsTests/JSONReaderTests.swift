import FoundationEssentials
import Testing
import Units

@Suite struct JSONReaderTests {
    private func read(_ text: String) throws -> JSONValue {
        try JSONReader.read(Array(text.utf8), .strict)
    }

    /// The fault of reading `bytes` strictly.
    private func fault(_ bytes: [UInt8]) -> JSONFault? {
        do throws(JSONFault) {
            _ = try JSONReader.read(bytes, .strict)
            return nil
        } catch {
            return error
        }
    }

    private func fault(_ text: String) -> JSONFault? { fault(Array(text.utf8)) }

    @Test func everyKindOfValueIsRead() throws {
        let value = try read(
            #" { "a" : [ 1 , -0.5e+2, "x\n\u00e9\ud83d\ude00\/" , true , false , null, {} ] } "#)
        let items = try #require(value["a"]).items
        #expect(items[0].whole == 1)
        #expect(items[1].decimal == Decimal(string: "-50"))
        #expect(items[2].text == "x\né😀/")
        #expect(items[3...] == [.bool(true), .bool(false), .null, .object([:])])
    }

    /// Source: RFC 8259; each was accepted by some reader of ours once, or is by others.
    @Test(arguments: [
        "", " ", "{", "[", "\"", "{\"a\":1,}", "[1,]", "[,1]", "[1 2]", "{\"a\" 1}", "{a:1}",
        "{\"a\":}", "{,}", "01", "-01", "-", "1.", ".5", "+1", "1e", "1e+", "0x10", "1_000", "NaN",
        "Infinity", "nul", "True", "'a'", "// c\n1", "/* c */ 1", "1 1", "{} {}", "[1]]",
        "\"\\x41\"", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"a\tb\"", "\"a\u{0}b\"",
    ])
    func whatIsNoJSONIsRefused(_ text: String) {
        #expect(fault(text)?.isAboutContent == false, "\(text)")
    }

    @Test func aFaultSaysWhereItIs() {
        let broken = fault("{\n  \"é\": [1,\n  02]}")
        #expect(broken?.line == 3)
        #expect(broken?.column == 4)
        #expect(broken?.path == "é[1]")
        #expect(fault("{\"a\": \"x\ny\"}")?.words.contains("line 1, column 9") == true)
        #expect(fault("{\"a\": \"x\ny\"}")?.words.contains("line break") == true)
        #expect(fault("{\"a\":")?.reason == .ended)
    }

    @Test func bytesThatAreNoUTF8AreRefusedWhereTheyAre() {
        let broken = fault(Array("{\"a\":\"é".utf8) + [0xFF] + Array("\"}".utf8))
        #expect(broken?.reason == .notUTF8)
        #expect(broken?.column == 8)
        // Overlong, surrogate in UTF-8, past U+10FFFF.
        for bytes: [UInt8] in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]] {
            #expect(fault([0x22] + bytes + [0x22])?.reason == .notUTF8)
        }
    }

    @Test func halfASurrogateIsTheReplacementCharacter() throws {
        #expect(try read(#""a\ud83d""#).text == "a\u{FFFD}")
        #expect(try read(#""\ude00b""#).text == "\u{FFFD}b")
        #expect(try read(#""\ud83dx\ude00""#).text == "\u{FFFD}x\u{FFFD}")
    }

    @Test func aMemberThatOccursTwiceIsNamed() {
        let twice = fault(#"{"p":{"a":1,"b":2,"a":1}}"#)
        #expect(twice?.reason == .duplicate)
        #expect(twice?.path == "p.a")
        // However it is written.
        #expect(fault(#"{"a":1,"\u0061":2}"#)?.reason == .duplicate)
        // A vendor's last one counts.
        #expect(JSONValue(json: Array(#"{"a":1,"a":2}"#.utf8))?["a"]?.whole == 2)
    }

    @Test func depthIsBounded() {
        let deepest = JSONReader.depthMax
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        #expect(fault(nested(deepest)) == nil)
        #expect(fault(nested(deepest + 1))?.reason == .tooDeep)
        let named = fault("{\"a\":{\"b\":" + nested(deepest) + "}}")
        #expect(named?.reason == .tooDeep)
        #expect(named?.path.hasPrefix("a.b[0][0]") == true)
    }

    @Test func noDigitOfANumberIsLost() throws {
        let long = "1." + String(repeating: "0", count: 40) + "1"
        #expect(fault("{\"cap\":\(long)}")?.reason == .numberTooLong)
        #expect(fault("{\"cap\":\(long)}")?.path == "cap")
        #expect(fault("1e400")?.reason == .numberTooLong)
        #expect(fault("1e-400")?.reason == .numberTooLong)
        #expect(fault(String(repeating: "9", count: 39))?.reason == .numberTooLong)
        #expect(try read(String(repeating: "9", count: 38)).decimal != nil)
        #expect(try read("1" + String(repeating: "0", count: 60)).decimal != nil)
        #expect(try read("0.00000000000000000000000000000000").decimal == 0)
        // A vendor's number is rounded, or says nothing.
        #expect(JSONValue(json: Array("[0.\(String(repeating: "3", count: 60))]".utf8)) != nil)
        #expect(JSONValue(json: Array("[1e999]".utf8))?[0] == .null)
    }

    @Test func aRunOfCombiningCharactersIsBounded() throws {
        let most = "e" + String(repeating: "\u{301}", count: CombiningMarks.runMax)
        #expect(try read("\"\(most)\"").text == most)
        #expect(fault("{\"model\":\"\(most)\u{323}\"}")?.reason == .combiningMarks)
        #expect(fault("{\"model\":\"\(most)\u{323}\"}")?.path == "model")
        // Each letter starts a new run.
        #expect(try read("\"\(most)e\(most)\"").text != nil)
        let escaped = String(repeating: "\\u0301", count: CombiningMarks.runMax + 1)
        #expect(fault("\"\(escaped)\"")?.reason == .combiningMarks)
    }

    @Test func longNamesAreRefused() {
        #expect(fault("{\"\(String(repeating: "n", count: 256))\":1}") == nil)
        #expect(fault("{\"\(String(repeating: "n", count: 257))\":1}")?.reason == .nameTooLong)
    }

    @Test func theOneFormDoesNotDependOnHowItWasWritten() throws {
        let one = try read(#"{"b":[1,2.50],"a":{"y":"\u00e9","x":null}}"#)
        let two = try read(#" { "a" : {"x":null , "y":"é"}, "b":[ 1, 25e-1 ] } "#)
        #expect(one.json.text == two.json.text)
        #expect(one.json.text == #"{"a":{"x":null,"y":"é"},"b":[1,2.5]}"#)
    }

    @Test func aByteOrderMarkIsIgnored() throws {
        #expect(try JSONReader.read([0xEF, 0xBB, 0xBF] + Array("1".utf8), .strict).whole == 1)
    }
}

import FoundationEssentials
import SeedSupport
import Testing
import Units

@testable import API

/// What a scanner made of a text, however it was cut.
private struct Scan: Equatable {
    var text = ""
    var pictures: [[UInt8]] = []
    var fields: [String] = []
    var ends = 0
    var refusal: Refusal?

    /// Of a refused text nothing is used, and how much of it was read before may differ.
    static func == (left: Scan, right: Scan) -> Bool {
        guard left.refusal == nil, right.refusal == nil else {
            return left.refusal == right.refusal
        }
        return left.text == right.text && left.pictures == right.pictures
            && left.fields == right.fields && left.ends == right.ends
    }

    init(_ json: String, cuts: [Int] = [], bytesMax: Int = 1 << 20) {
        let bytes = Array(json.utf8)
        var scanner = SpooledJSON(bytesMax: bytesMax, generator: SeededRandom(seed: 1))
        var start = 0
        do throws(Refusal) {
            for cut in cuts + [bytes.count] {
                for event in try scanner.take(Array(bytes[start..<cut])) {
                    switch event {
                    case .picture(_, let field):
                        pictures.append([])
                        fields.append(field)
                    case .content(let bytes): pictures[pictures.count - 1] += bytes
                    case .endOfPicture: ends += 1
                    }
                }
                start = cut
            }
            try scanner.end()
        } catch {
            refusal = error
        }
        var count = 0
        let named = scanner.text { _ in
            count += 1
            return "<\(count)>"
        }
        text = String(decoding: named, as: UTF8.self)
    }
}

private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

private func content(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) }
}

@Suite struct SpooledJSONTests {
    @Test func largePicturesAreTakenOutAndTheRestStays() {
        let (first, second) = (content(5000), content(4001))
        let scan = Scan(
            """
            {"prompt": "data: no picture", "image": "data:image/png;base64,\(base64(first))",
             "images": [{"image_url": "DATA:image/x;q=1;base64,\(base64(second))"}, "a\\"b"],
             "small": "data:image/png;base64,AAAA", "data:image/png;base64,": [1, true, null]}
            """)
        #expect(scan.refusal == nil)
        #expect(scan.pictures == [first, second])
        #expect(scan.fields == ["image", "images"])
        #expect(scan.ends == 2)
        #expect(
            scan.text == """
                {"prompt": "data: no picture", "image": "<1>",
                 "images": [{"image_url": "<2>"}, "a\\"b"],
                 "small": "data:image/png;base64,AAAA", "data:image/png;base64,": [1, true, null]}
                """)
    }

    @Test func itMakesNoDifferenceWhereATextIsCut() {
        let text = """
            {"a\\u0022": {"b": [ "\\\\", "x\\"", "data:image\\/png;base64,\(base64(content(3100)))" ]},
            "c": "data:image/\\u0070ng;base64,\(base64(content(3100)).replacing("/", with: "\\/"))"}
            """
        let whole = Scan(text)
        #expect(whole.refusal == nil && whole.pictures.count == 2)
        for cut in 0...text.utf8.count {
            #expect(Scan(text, cuts: [cut]) == whole, "cut at \(cut)")
        }
        #expect(Scan(text, cuts: Array(0..<text.utf8.count)) == whole)
    }

    /// PHP escapes slashes, .NET the plus; others write lines, or the other alphabet.
    @Test func base64IsReadAsClientsWriteIt() {
        let bytes = content(4003)
        let plain = base64(bytes)
        let lines = stride(from: 0, to: plain.utf8.count, by: 76).map { start in
            String(plain.dropFirst(start).prefix(76))
        }.joined(separator: "\\r\\n")
        let forms = [
            plain, plain.replacing("/", with: "\\/"), plain.replacing("+", with: "\\u002B"),
            plain.replacing("/", with: "_").replacing("+", with: "-"),
            plain.replacing("=", with: ""), lines,
        ]
        for form in forms {
            let scan = Scan(#"{"image":"data:image/png;base64,\#(form)"}"#)
            #expect(scan.pictures == [bytes], "\(form.prefix(100))")
        }
    }

    @Test(arguments: ["!", "=", "A", "====", "=A", "\\u0100", "é"])
    func damagedBase64NamesItsField(end: String) {
        let start = base64(content(6000))
        let scan = Scan(#"{"n":1,"mask":"data:image/png;base64,\#(start)\#(end)"}"#)
        #expect(scan.refusal?.kind == .invalidValue)
        #expect(scan.refusal?.field == "mask")
    }

    @Test func whatIsLeftHasABound() {
        let picture = #""data:image/png;base64,\#(base64(content(6000)))""#
        #expect(Scan("[\(picture),\(picture)]", bytesMax: 200).refusal == nil)
        let text = String(repeating: "a", count: 200)
        #expect(
            Scan(#"{"a":\#(picture),"b":"\#(text)"}"#, bytesMax: 200).refusal?.kind == .bodyTooLarge
        )
        // No picture: it stays, and counts.
        let other = picture.replacing("image/png", with: "text/html")
        #expect(Scan("[\(other)]", bytesMax: 200).refusal?.kind == .bodyTooLarge)
    }

    @Test func depthNumberAndEndHaveTheirBounds() {
        let deep = String(repeating: "[", count: 65)
        #expect(Scan(deep).refusal?.kind == .malformedBody)
        let picture = #""data:image/png;base64,\#(base64(content(4000)))""#
        let many = Array(repeating: picture, count: 65).joined(separator: ",")
        #expect(Scan(#"{"images":[\#(many)]}"#).refusal?.field == "images")
        #expect(Scan(String(picture.dropLast())).refusal?.kind == .malformedBody)
    }

    @Test(arguments: 0..<30)
    func damagedTextsAreReadAlikeHoweverTheyAreCut(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = Array(
            #"{"a":["data:image/png;base64,\#(base64(content(3200)))",{"b":"\u0041\"","c":"data:image/png;base64,AA"}]}"#
                .utf8)
        for _ in 0..<Int.random(in: 1...6, using: &random) {
            let edges = Array(0..<60) + Array((bytes.count - 60)..<bytes.count)
            let place = edges.randomElement(using: &random) ?? 0
            let byte = Array("\"\\{}[]:,u0 ".utf8).randomElement(using: &random) ?? 0
            if Bool.random(using: &random) {
                bytes[place] = byte
            } else {
                bytes.insert(byte, at: place)
            }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(Scan(text, cuts: Array(0..<text.utf8.count)) == Scan(text), "seed \(seed)")
    }
}

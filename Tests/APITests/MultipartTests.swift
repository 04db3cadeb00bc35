import SeedSupport
import Testing
import Units

@testable import API

/// What a decoder made of a body, however it was cut.
private struct Reading: Equatable {
    var parts: [(name: String, filename: String?, content: [UInt8])] = []
    var ends = 0
    var refusal: Refusal?

    init(_ bytes: [UInt8], boundary: String = "b", cuts: [Int] = []) {
        var decoder = Multipart(boundary: boundary)
        var pieces: [[UInt8]] = []
        var start = 0
        for cut in cuts + [bytes.count] {
            pieces.append(Array(bytes[start..<cut]))
            start = cut
        }
        do throws(Refusal) {
            for piece in pieces {
                for event in try decoder.take(piece) {
                    switch event {
                    case .part(let head): parts.append((head.name, head.filename, []))
                    case .content(let bytes): parts[parts.count - 1].content += bytes
                    case .endOfPart: ends += 1
                    }
                }
            }
            try decoder.end()
        } catch {
            refusal = error
        }
    }

    static func == (left: Reading, right: Reading) -> Bool {
        // Of a refused body nothing is used, and how much of it was read before may differ.
        if left.refusal != nil { return left.refusal == right.refusal }
        return left.ends == right.ends && right.refusal == nil
            && left.parts.elementsEqual(right.parts) {
                $0.name == $1.name && $0.filename == $1.filename && $0.content == $1.content
            }
    }

    var text: String {
        parts.map { part in
            let name = part.filename.map { "\(part.name)(\($0))" } ?? part.name
            return "\(name)=\(String(decoding: part.content, as: UTF8.self))"
        }.joined(separator: " ")
    }
}

/// A body whose lines end with CRLF.
private func body(_ text: String) -> [UInt8] {
    Array(text.replacing("\n", with: "\r\n").utf8)
}

private func part(_ header: String, _ content: String = "x") -> [UInt8] {
    body("--b\n\(header)\n\n\(content)\n--b--\n")
}

@Suite struct MultipartTests {
    private static let ordinary = """
        --b
        Content-Disposition: form-data; name="prompt"

        a fox
        --b
        Content-Disposition: form-data; name="image[]"; filename="fox.png"
        Content-Type: image/png

        \u{89}PNG
        --bee
        --b-
        --c
        --b\u{20}\t
        content-disposition:form-data;name=n

        2
        --b--

        """

    @Test func aFormIsReadPartByPart() {
        let reading = Reading(body(Self.ordinary))
        #expect(reading.refusal == nil)
        #expect(reading.ends == 3)
        #expect(
            reading.text
                == "prompt=a fox image[](fox.png)=\u{89}PNG\r\n--bee\r\n--b-\r\n--c n=2")
    }

    @Test func itMakesNoDifferenceWhereABodyIsCut() {
        let bytes = body(Self.ordinary)
        let whole = Reading(bytes)
        for cut in 0...bytes.count {
            #expect(Reading(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
        #expect(Reading(bytes, cuts: Array(0..<bytes.count)) == whole)
    }

    @Test func everyCutShortBodyIsRefused() {
        let bytes = body(Self.ordinary)
        // The last line may lack its end.
        for count in 0..<(bytes.count - 2) {
            #expect(Reading(Array(bytes[..<count])).refusal?.kind == .malformedBody, "\(count)")
        }
        #expect(Reading(Array(bytes.dropLast(2))).refusal == nil)
    }

    @Test(arguments: [
        ("before\n--b\nContent-Disposition: form-data; name=a\n\nx\n--b--\nafter\n--b\n", "a=x"),
        ("--b\nContent-Disposition: form-data; name=a\n\n\n--b--", "a="),
        ("--b\nContent-Disposition: form-data; name=a\n\n--b--", "a="),
        ("\n--b\nContent-Disposition: form-data; name=a\n\n--\n\n--b--", "a=--\r\n"),
        ("--b--", ""),
    ])
    func theEdgesOfTheGrammarAreKept(text: String, read: String) {
        let reading = Reading(body(text))
        #expect(reading.refusal == nil)
        #expect(reading.text == read)
        #expect(Reading(body(text), cuts: Array(0..<body(text).count)) == reading)
    }

    /// As browsers, curl, Python's httpx and urllib3 write them.
    @Test(arguments: [
        (#"form-data; name="a%22b"; filename="c%22d.png""#, #"a"b"#, #"c%22d.png"#),
        (#"form-data; name="a\"b"; filename="c\"d\\e.png""#, #"a"b"#, #"c"d\e.png"#),
        (
            #"form-data; name="file"; filename="C:\pictures\fox.png""#, "file",
            #"C:\pictures\fox.png"#
        ),
        (#"form-data; name="a;b=c"; filename="x;y""#, "a;b=c", "x;y"),
        (#"form-data; filename=fox.png; name=image"#, "image", "fox.png"),
        (
            #"form-data; name="image"; filename*=utf-8''f%C3%B6x.png"#, "image",
            "utf-8''f%C3%B6x.png"
        ),
        (#"Form-Data ; Name = "größe" ; filename="" ;"#, "größe", ""),
    ])
    func namesAreReadAsClientsWriteThem(value: String, name: String, filename: String) {
        let reading = Reading(part("Content-Disposition: \(value)"))
        #expect(reading.refusal == nil)
        #expect(reading.parts.first?.name == name)
        #expect(reading.parts.first?.filename == filename)
    }

    @Test(arguments: [
        "Content-Type: text/plain", "Content-Disposition: attachment; name=a",
        "Content-Disposition: form-data", #"Content-Disposition: form-data; name="""#,
        #"Content-Disposition: form-data; name="a"#,
        "Content-Disposition: form-data; name=a; name=b",
        #"Content-Disposition: form-data; name="a"b"#, "no header",
        "Content-Disposition: form-data; name=a\nContent-Disposition: form-data; name=b",
        "Content-Disposition: form-data; name=a\nContent-Transfer-Encoding: base64",
    ])
    func aPartThatCouldBeReadTwoWaysIsRefused(header: String) {
        #expect(Reading(part(header)).refusal?.kind == .malformedBody)
    }

    @Test func headersAndBlanksHaveTheirBounds() {
        let name = "Content-Disposition: form-data; name=a\nX: "
        let most = Multipart.headBytesMax - name.utf8.count - 1
        #expect(Reading(part(name + String(repeating: "x", count: most))).refusal == nil)
        let long = part(name + String(repeating: "x", count: most + 1))
        #expect(Reading(long).refusal?.message.contains("8192") == true)
        #expect(Reading(Array(long.prefix(8300))).refusal?.message.contains("8192") == true)
        let blanks = String(repeating: " ", count: Multipart.paddingMax)
        let head = "\nContent-Disposition: form-data; name=a\n\nx\n--b--"
        #expect(Reading(body("--b\(blanks)\(head)")).refusal == nil)
        #expect(Reading(body("--b\(blanks) \(head)")).refusal?.kind == .malformedBody)
    }

    @Test(arguments: 0..<40)
    func whatIsWrittenIsRead(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let boundary =
            ["b", "--", "a-b", "\u{2D}\u{2D}b", "x y"].randomElement(using: &random) ?? "b"
        var bytes: [UInt8] = []
        var expected: [(String, [UInt8])] = []
        for index in 0..<Int.random(in: 1...6, using: &random) {
            var content: [UInt8] = []
            for _ in 0..<Int.random(in: 0...40, using: &random) {
                let bit = [
                    "\r", "\n", "\r\n", "-", "--", "\r\n--", "b", "x", "a-",
                    "\r\n--\(boundary.dropLast())",
                ]
                content += Array((bit.randomElement(using: &random) ?? "").utf8)
            }
            // A delimiter in it would be its end.
            let end = Array("\r\n--\(boundary)".utf8)
            if (Array("\r\n".utf8) + content + [0x2D, 0x2D]).contains(end) {
                content = [0x0D, 0x0A]
            }
            bytes += Array(
                "--\(boundary)\r\nContent-Disposition: form-data; name=p\(index)\r\n\r\n".utf8)
            bytes += content + [0x0D, 0x0A]
            expected.append(("p\(index)", content))
        }
        bytes += Array("--\(boundary)--\r\n".utf8)
        let cuts = (0..<5).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        for reading in [
            Reading(bytes, boundary: boundary, cuts: cuts),
            Reading(bytes, boundary: boundary, cuts: Array(0..<bytes.count)),
        ] {
            #expect(reading.refusal == nil, "seed \(seed)")
            #expect(reading.parts.map(\.name) == expected.map(\.0), "seed \(seed)")
            #expect(reading.parts.map(\.content) == expected.map(\.1), "seed \(seed)")
        }
    }

    @Test(arguments: 0..<200)
    func damagedBodiesAreReadAlikeHoweverTheyAreCut(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var bytes = body(Self.ordinary)
        for _ in 0..<Int.random(in: 1...8, using: &random) {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let byte = Array("\r\n-b \":;=\\\u{0}".utf8).randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<3, using: &random) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            default: bytes.remove(at: place)
            }
        }
        let whole = Reading(bytes)
        #expect(Reading(bytes, cuts: Array(0..<bytes.count)) == whole, "seed \(seed)")
    }

    @Test(
        arguments: [
            ("multipart/form-data; boundary=abc", "abc"),
            (#"Multipart/Form-Data; charset=utf-8; Boundary="a b""#, "a b"),
            (
                "multipart/form-data;boundary=----WebKitFormBoundaryABC123",
                "----WebKitFormBoundaryABC123"
            ),
            ("multipart/form-data", nil), ("multipart/form-data; boundary=", nil),
            ("multipart/form-data; boundary=a[b", nil),
            ("multipart/form-data; boundary=" + String(repeating: "a", count: 71), nil),
        ] as [(String, String?)])
    func theBoundaryIsReadFromTheType(type: String, boundary: String?) {
        let type = MediaType(type)
        #expect(type.essence == "multipart/form-data")
        #expect(type.boundary == boundary)
    }
}

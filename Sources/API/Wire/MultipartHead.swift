import HTTP
import Units

/// The headers of one part of a form: what it is called, and whether it is a file.
struct MultipartHead: Equatable {
    let name: String
    /// Nil for a field that is no file; empty where a browser's form was sent without one.
    let filename: String?

    init(name: String, filename: String? = nil) {
        self.name = name
        self.filename = filename
    }

    /// Reads the lines of the headers, without the end of the last.
    init(_ bytes: some Collection<UInt8>) throws(Refusal) {
        // Older clients write file names in Latin-1 (RFC 7578, section 5.1.3), whose bytes are code
        // points as they are.
        let text =
            String(validating: bytes, as: UTF8.self)
            ?? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
        var disposition: String?
        for line in Self.lines(text) {
            guard let colon = line.firstIndex(of: ":") else {
                throw Multipart.malformed("a line of a part's headers is no header")
            }
            let value = String(line[line.index(after: colon)...])
            let name = String(line[..<colon])
            if Headers.same(name, "Content-Disposition") {
                guard disposition == nil else {
                    throw Multipart.malformed("a part has two Content-Dispositions")
                }
                disposition = value
            } else if Headers.same(name, "Content-Transfer-Encoding") {
                try Self.check(encoding: value)
            }
        }
        guard let disposition else {
            throw Multipart.malformed("a part has no Content-Disposition")
        }
        self = try DispositionReader(disposition).head()
    }

    /// Split at CRLF, which Swift reads as one character; a bare CR or LF is left for the parser.
    private static func lines(_ text: String) -> [Substring] {
        text.isEmpty ? [] : text.split(separator: "\r\n", omittingEmptySubsequences: false)
    }

    /// RFC 7578 took the encodings away that change the content.
    private static func check(encoding value: String) throws(Refusal) {
        let word = value.filter { !$0.isWhitespace }.lowercased()
        guard ["binary", "8bit", "7bit"].contains(word) else {
            throw Multipart.malformed(
                "a part's Content-Transfer-Encoding is '\(word.prefix(40))'; send it as it is")
        }
    }
}

/// Reads `form-data; name="image[]"; filename="fox.png"` as browsers, curl and Python write it.
private struct DispositionReader {
    private var rest: Substring.UnicodeScalarView

    init(_ text: String) {
        rest = text[...].unicodeScalars
    }

    func head() throws(Refusal) -> MultipartHead {
        var reader = self
        return try reader.read()
    }

    private mutating func read() throws(Refusal) -> MultipartHead {
        guard word(until: ";").lowercased() == "form-data" else {
            throw Multipart.malformed("a part's Content-Disposition is not form-data")
        }
        var values: [String: String] = [:]
        while !rest.isEmpty {
            rest.removeFirst()
            let name = word(until: "=", ";").lowercased()
            if name.isEmpty, rest.first != "=" { continue }
            guard rest.first == "=" else {
                throw Multipart.malformed("a parameter of a Content-Disposition has no value")
            }
            rest.removeFirst()
            let value = try value()
            guard values.updateValue(value, forKey: name) == nil else {
                throw Multipart.malformed("a Content-Disposition says '\(name.prefix(40))' twice")
            }
        }
        guard let name = values["name"].map(Self.unescaped), !name.isEmpty else {
            throw Multipart.malformed("a part has no name")
        }
        return MultipartHead(name: name, filename: values["filename"] ?? values["filename*"])
    }

    /// Without the blanks around it.
    private mutating func word(until ends: Unicode.Scalar...) -> String {
        let end = rest.firstIndex(where: ends.contains) ?? rest.endIndex
        var word = rest[..<end]
        rest = rest[end...]
        while word.last?.properties.isWhitespace == true { word.removeLast() }
        while word.first?.properties.isWhitespace == true { word.removeFirst() }
        return String(word)
    }

    private mutating func value() throws(Refusal) -> String {
        while rest.first == " " || rest.first == "\t" { rest.removeFirst() }
        guard rest.first == "\"" else { return word(until: ";") }
        rest.removeFirst()
        var value = ""
        while let next = rest.popFirst() {
            if next == "\"" {
                guard word(until: ";").isEmpty else {
                    throw Multipart.malformed("text follows a quoted value")
                }
                return value
            }
            // Only these two are escaped, by curl; a browser sends a backslash as it is.
            if next == "\\", let escaped = rest.first, escaped == "\"" || escaped == "\\" {
                rest.removeFirst()
                value.unicodeScalars.append(escaped)
            } else {
                value.unicodeScalars.append(next)
            }
        }
        throw Multipart.malformed("a quoted value has no end")
    }

    /// The three that browsers escape in a name (HTML, section 4.10.21.8).
    private static func unescaped(_ text: String) -> String {
        var text = text
        for (escape, plain) in [("%22", "\""), ("%0D", "\r"), ("%0A", "\n")] {
            text.replace(escape, with: plain)
        }
        return text
    }
}

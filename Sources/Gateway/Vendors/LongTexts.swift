import FoundationEssentials
import Providers

/// The pictures inside a vendor's JSON, taken out before it is read.
///
/// A picture of 4K is tens of megabytes of base64. Read as JSON it would be in memory as the answer's
/// bytes, as a text and as a picture at once; here each long text is decoded from where it lies, and
/// what is left to be read is short.
struct LongTexts {
    /// The answer with a token in each picture's place.
    let json: [UInt8]
    private let pictures: [String: [UInt8]]

    /// A shorter text is no picture worth taking out.
    private static let lengthMin = 16 * 1024

    /// `nonce` keeps a vendor from writing tokens of its own.
    init(_ bytes: [UInt8], nonce: UInt64) {
        var json: [UInt8] = []
        var pictures: [String: [UInt8]] = [:]
        var copied = 0
        var at = 0
        let quote = UInt8(ascii: "\"")
        while let open = bytes[at...].firstIndex(of: quote) {
            var close = open + 1
            while close < bytes.count, bytes[close] != quote {
                close += bytes[close] == UInt8(ascii: "\\") ? 2 : 1
            }
            // A text without an end is left to whoever reads the JSON.
            guard close < bytes.count else { break }
            if close - open > Self.lengthMin, let picture = Self.decoded(bytes[(open + 1)..<close])
            {
                let token = "atelier:\(nonce):\(pictures.count)"
                json += bytes[copied...open]
                json += token.utf8
                copied = close
                pictures[token] = picture
            }
            at = close + 1
        }
        json += bytes[copied...]
        self.json = json
        self.pictures = pictures
    }

    /// What stands at `text`: the picture that was taken out for it, or its own base64.
    func picture(_ text: String) -> [UInt8]? {
        pictures[text] ?? Base64Reader.decoded(text.utf8)
    }

    /// Base64 with or without `data:` before it and escaped slashes in it; nil when it is none.
    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var text = text
        if text.starts(with: "data:".utf8) {
            guard let comma = text.prefix(200).firstIndex(of: UInt8(ascii: ",")) else { return nil }
            text = text[(comma + 1)...]
        }
        if let plain = plainlyDecoded(text) { return plain }
        // Line breaks (RFC 2045), the other alphabet, padding that is left out: slower, and rare. With
        // blanks between them it is words.
        guard !text.contains(UInt8(ascii: " ")) else { return nil }
        return Base64Reader.decoded(unescaped(text))
    }

    /// Without the escapes that JSON may put into base64: of slashes and of line breaks.
    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var isEscaped = false
        for byte in text {
            if isEscaped {
                isEscaped = false
                if [UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t")].contains(byte) {
                    continue
                }
                plain.append(byte)
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                plain.append(byte)
            }
        }
        return plain
    }

    private static func plainlyDecoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        return unsafe text.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return nil }
            let view = unsafe Data(
                bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count,
                deallocator: .none)
            return Data(base64Encoded: view).map(Array.init)
        }
    }
}

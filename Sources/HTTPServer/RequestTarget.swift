import HTTP

/// What a request is about, in any of the forms of RFC 9112, section 3.2.
struct RequestTarget {
    /// `/…` or `*`, still percent-encoded.
    let path: String
    let query: String?
    /// Host and port, where the target was absolute.
    let authority: String?

    /// Reads the target at `range`, or refuses one that is none.
    init(
        _ bytes: Span<UInt8>, _ range: Range<Int>, method: String
    ) throws(DecodingFailure) {
        for index in range where bytes[index] == UInt8(ascii: "#") {
            throw .malformed("a fragment in the request target")
        }
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "/"):
            (path, query) = Self.split(bytes, range)
            authority = nil
        case UInt8(ascii: "*") where range.count == 1:
            // `PRI *` opens HTTP/2; its version is what it is refused for.
            guard method == "OPTIONS" else { throw .malformed("the target * is for OPTIONS") }
            path = "*"
            query = nil
            authority = nil
        default:
            if method == "CONNECT" {
                throw DecodingFailure(.notImplemented, "no proxy for CONNECT")
            }
            let host = try Self.host(bytes, range)
            authority = text(bytes, host)
            let (path, query) = Self.split(bytes, host.upperBound..<range.upperBound)
            self.path = path.isEmpty ? "/" : path
            self.query = query
        }
    }

    /// Where the authority of an absolute target stands.
    private static func host(
        _ bytes: Span<UInt8>, _ range: Range<Int>
    ) throws(DecodingFailure) -> Range<Int> {
        let schemes: [StaticString] = ["http://", "https://"]
        for scheme in schemes where range.count > scheme.utf8CodeUnitCount {
            let start = range.lowerBound + scheme.utf8CodeUnitCount
            guard matches(bytes, range.lowerBound..<start, scheme) else { continue }
            var end = start
            while end < range.upperBound, bytes[end].isAuthority { end += 1 }
            let ends =
                end == range.upperBound || bytes[end] == UInt8(ascii: "/")
                || bytes[end] == UInt8(ascii: "?")
            if end > start, ends { return start..<end }
        }
        throw .malformed("the target is neither a path nor an http URL")
    }

    private static func split(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (String, String?) {
        var mark = range.lowerBound
        while mark < range.upperBound, bytes[mark] != UInt8(ascii: "?") { mark += 1 }
        let path = text(bytes, range.lowerBound..<mark)
        return (path, mark < range.upperBound ? text(bytes, mark + 1..<range.upperBound) : nil)
    }
}

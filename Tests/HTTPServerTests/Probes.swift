import HTTP

/// Bytes that must be refused, and how. The decoder's tests and the server's walk the same list.
struct Probe: Sendable, CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    let status: Status

    init(_ description: String, _ text: String, _ status: Status = .badRequest) {
        self.description = description
        bytes = Array(text.utf8)
        self.status = status
    }

    /// A request with `fields` behind a Host; `after` follows its empty line.
    static func fields(
        _ description: String, _ fields: String, after: String = "", _ status: Status = .badRequest
    ) -> Probe {
        Probe(description, "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n\(after)", status)
    }

    static func chunked(
        _ description: String, _ body: String, _ status: Status = .badRequest
    ) -> Probe {
        fields(description, "Transfer-Encoding: chunked", after: body, status)
    }

    /// Refused by the head alone.
    static let heads: [Probe] = [
        fields("length and chunks", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
        fields("chunks and length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
        fields("two lengths that differ", "Content-Length: 5\r\nContent-Length: 6"),
        fields("two lengths that agree", "Content-Length: 5\r\nContent-Length: 5"),
        fields("a list of lengths", "Content-Length: 5, 5"),
        fields("a signed length", "Content-Length: +5"),
        fields("a negative length", "Content-Length: -5"),
        fields("a hexadecimal length", "Content-Length: 0x5"),
        fields("an empty length", "Content-Length: "),
        fields("a length of 20 digits", "Content-Length: 12345678901234567890"),
        fields("a length with a blank inside", "Content-Length: 1 0"),
        fields("xchunked", "Transfer-Encoding: xchunked"),
        fields("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
        fields("chunked in a list", "Transfer-Encoding: chunked, chunked"),
        fields("gzip before chunked", "Transfer-Encoding: gzip, chunked"),
        fields("identity", "Transfer-Encoding: identity"),
        fields("an empty coding", "Transfer-Encoding:"),
        fields("a vertical tab before chunked", "Transfer-Encoding: \u{0B}chunked"),
        fields("a space before the colon", "Content-Length : 5"),
        fields("a tab before the colon", "X\t: 5"),
        fields("a second Host", "Host: b"),
        Probe("no Host", "GET / HTTP/1.1\r\n\r\n"),
        Probe("a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        Probe("a Host with a user", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        fields("a folded field", "X: a\r\n b"),
        fields("a field folded by a tab", "X: a\r\n\tb"),
        Probe("a folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n"),
        fields("NUL in a value", "X: a\0b"),
        fields("NUL in a name", "X\0: a"),
        fields("a bare CR in a value", "X: a\rb"),
        fields("a bare CR before CRLF", "X: a\r"),
        fields("a bare CR line", "\rX: a"),
        fields("a delete in a value", "X: a\u{7F}b"),
        fields("no colon", "X"),
        fields("no name", ": a"),
        fields("a name with a bracket", "X(: a"),
        fields("a name beyond ASCII", "Xé: a"),
        Probe("bare LF line ends", "GET / HTTP/1.1\nHost: a\n\n"),
        Probe("one bare LF", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n"),
        Probe("a bare LF at the end", "GET / HTTP/1.1\r\nHost: a\r\n\n"),
        fields("101 fields", many(100, "X: a"), .headerFieldsTooLarge),
        fields("a large head", "X: " + run(16 * 1024), .headerFieldsTooLarge),
        Probe("a long request line", "GET /" + run(9000) + " HTTP/1.1\r\n", .uriTooLong),
        Probe("a request line without end", "GET /" + run(9000), .uriTooLong),
        fields("an unknown expectation", "Expect: tea", .expectationFailed),
        Probe("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .versionNotSupported),
        Probe("HTTP/3.0", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", .versionNotSupported),
        Probe("HTTP/0.9", "GET /\r\n\r\n"),
        Probe("lower-case http", "GET / http/1.1\r\nHost: a\r\n\r\n"),
        Probe("HTTP/1.", "GET / HTTP/1.\r\nHost: a\r\n\r\n"),
        Probe("HTTP/1.10", "GET / HTTP/1.10\r\nHost: a\r\n\r\n"),
        Probe("two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a tab after the method", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a space after the version", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n"),
        Probe("a space before the method", " GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a target beyond ASCII", "GET /é HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a fragment", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("a relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("an ftp target", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("an absolute target without host", "GET http:///a HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("* for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", .notImplemented),
        Probe("a method of brackets", "(GET) / HTTP/1.1\r\nHost: a\r\n\r\n"),
        Probe("TLS", "\u{16}\u{03}\u{01}"),
        Probe("chunks in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ]

    /// Refused while the body is read.
    static let bodies: [Probe] = [
        chunked("a chunk size of 0x5", "0x5\r\nhello\r\n0\r\n\r\n"),
        chunked("a space after the size", "5 \r\nhello\r\n0\r\n\r\n"),
        chunked("a space before the size", " 5\r\nhello\r\n0\r\n\r\n"),
        chunked("a space before the extension", "5 ;a=b\r\nhello\r\n0\r\n\r\n"),
        chunked("a signed size", "+5\r\nhello\r\n0\r\n\r\n"),
        chunked("a negative size", "-5\r\nhello\r\n0\r\n\r\n"),
        chunked("an empty size", "\r\nhello\r\n0\r\n\r\n"),
        chunked("an over-long size", "000000005\r\nhello\r\n0\r\n\r\n"),
        chunked("a size past Int", "fffffffffffffffff\r\n"),
        chunked("extensions past their bound", "5;" + run(5000) + "\r\nhello\r\n0\r\n\r\n"),
        chunked("a bare CR in an extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
        chunked("a bare LF after the size", "5\nhello\r\n0\r\n\r\n"),
        chunked("a bare CR after the size", "5\rhello\r\n0\r\n\r\n"),
        chunked("a chunk longer than it says", "4\r\nhello\r\n0\r\n\r\n"),
        chunked("a chunk shorter than it says", "6\r\nhello\r\n0\r\n\r\n"),
        chunked("a chunk ended by a bare LF", "5\r\nhello\n0\r\n\r\n"),
        chunked("a last chunk of bare LF", "0\n\n"),
        chunked("a folded trailer", "0\r\nX: a\r\n b\r\n\r\n"),
        chunked("a trailer without colon", "0\r\nX\r\n\r\n"),
        chunked("a space before a trailer's colon", "0\r\nX : a\r\n\r\n"),
        chunked("NUL in a trailer", "0\r\nX: \0\r\n\r\n"),
        chunked("a trailer ended by a bare LF", "0\r\nX: a\n\r\n"),
        chunked("many trailers", "0\r\n" + many(101, "X: a") + "\r\n\r\n", .headerFieldsTooLarge),
        chunked("long trailers", "0\r\nX: " + run(17_000) + "\r\n\r\n", .headerFieldsTooLarge),
    ]

    private static func run(_ count: Int) -> String { String(repeating: "a", count: count) }

    private static func many(_ count: Int, _ line: String) -> String {
        Array(repeating: line, count: count).joined(separator: "\r\n")
    }
}

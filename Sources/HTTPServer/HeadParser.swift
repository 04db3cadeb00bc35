import HTTP

/// Reads one complete head whose lines are known to end with CRLF.
struct HeadParser {
    private var position: Int
    private let end: Int
    private var fields: [Headers.Field] = []
    private var hosts = 0
    private var length: Int?
    private var chunked = false
    private var closes = false
    private var keeps = false
    private var expectsContinue = false

    init(position: Int, end: Int) {
        self.position = position
        self.end = end
    }

    /// The head, or why it is none.
    mutating func head(_ bytes: Span<UInt8>) throws(DecodingFailure) -> RequestHead {
        let line = try requestLine(bytes)
        var target = try RequestTarget(bytes, line.target, method: line.method)
        do throws(DecodingFailure) {
            fields.reserveCapacity(8)
            while bytes[position] != .carriageReturn { try field(bytes) }
            // An empty line ends the head; a carriage return anywhere else is bare.
            guard position + 2 == end else { throw .malformed("a bare carriage return") }
            return try head(line.method, &target, isOld: line.isOld)
        } catch {
            throw DecodingFailure(error.status, error.reason, path: target.path)
        }
    }

    private mutating func head(
        _ method: String, _ target: inout RequestTarget, isOld: Bool
    ) throws(DecodingFailure) -> RequestHead {
        guard hosts == 1 || (isOld && hosts == 0) else {
            throw .malformed(hosts == 0 ? "the Host field is missing" : "more than one Host field")
        }
        if chunked, length != nil { throw .malformed("a length and chunks at once") }
        if chunked, isOld { throw .malformed("chunks in HTTP/1.0") }
        if method == "CONNECT" { throw DecodingFailure(.notImplemented, "no proxy for CONNECT") }
        var headers = Headers(fields)
        // RFC 9112, section 3.2.2: the authority of an absolute target replaces the Host field.
        if let authority = target.authority { headers["Host"] = authority }
        let framing: Framing =
            if chunked { .chunked } else if let length, length > 0 { .declared(length) } else {
                .none
            }
        return RequestHead(
            method: method, path: target.path, query: target.query, headers: headers,
            framing: framing, isOld: isOld, keepsAlive: !closes && (keeps || !isOld),
            expectsContinue: expectsContinue && !isOld && framing != .none)
    }

    private mutating func requestLine(
        _ bytes: Span<UInt8>
    ) throws(DecodingFailure) -> (method: String, target: Range<Int>, isOld: Bool) {
        let start = position
        while bytes[position].isToken { position += 1 }
        guard bytes[position] == .space, position > start else {
            throw .malformed("the request does not begin with a method")
        }
        let method = text(bytes, start..<position)
        position += 1
        let target = position
        while bytes[position] > .space, bytes[position] < 0x7F { position += 1 }
        guard bytes[position] == .space, position > target else {
            throw .malformed("the request line is not method, target and version")
        }
        let targetEnd = position
        position += 1
        return (method, target..<targetEnd, isOld: try version(bytes))
    }

    /// `HTTP/1.1` and later minors, or `HTTP/1.0`; then the line must end.
    private mutating func version(_ bytes: Span<UInt8>) throws(DecodingFailure) -> Bool {
        let start = position
        while bytes[position] != .carriageReturn { position += 1 }
        let range = start..<position
        guard range.count == 8, bytes[start + 5].isDigit, bytes[start + 7].isDigit,
            matches(bytes, start..<start + 5, "http/"), bytes[start] == UInt8(ascii: "H"),
            bytes[start + 1] == UInt8(ascii: "T"), bytes[start + 2] == UInt8(ascii: "T"),
            bytes[start + 3] == UInt8(ascii: "P"), bytes[start + 6] == UInt8(ascii: ".")
        else { throw .malformed("the version is not HTTP/1.1") }
        try lineEnd(bytes)
        guard bytes[start + 5] == UInt8(ascii: "1") else {
            throw DecodingFailure(.versionNotSupported, "only HTTP/1.1 and HTTP/1.0 are spoken")
        }
        return bytes[start + 7] == UInt8(ascii: "0")
    }

    private mutating func lineEnd(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        guard bytes[position + 1] == .lineFeed else { throw .malformed("a bare carriage return") }
        position += 2
    }

    private mutating func field(_ bytes: Span<UInt8>) throws(DecodingFailure) {
        let start = position
        while bytes[position].isToken { position += 1 }
        let name = start..<position
        guard !name.isEmpty, bytes[position] == .colon else {
            throw .malformed(Self.whyNoField(bytes[start], bytes[position]))
        }
        position += 1
        while bytes[position].isBlank { position += 1 }
        let valueStart = position
        while bytes[position].isFieldValue { position += 1 }
        guard bytes[position] == .carriageReturn else {
            throw .malformed("a control byte in a field value")
        }
        var valueEnd = position
        while valueEnd > valueStart, bytes[valueEnd - 1].isBlank { valueEnd -= 1 }
        try lineEnd(bytes)
        let value = valueStart..<valueEnd
        try note(bytes, name, value)
        fields.append(Headers.Field(name: text(bytes, name), value: text(bytes, value)))
    }

    private static func whyNoField(_ first: UInt8, _ stop: UInt8) -> String {
        if first.isBlank { return "a folded header field" }
        if stop.isBlank { return "a blank before the colon of a header field" }
        return "a header field name is not a token"
    }

    /// Takes note of the fields that decide framing and connection.
    private mutating func note(
        _ bytes: Span<UInt8>, _ name: Range<Int>, _ value: Range<Int>
    ) throws(DecodingFailure) {
        switch name.count {
        case 4 where matches(bytes, name, "host"):
            hosts += 1
            try checkHost(bytes, value)
        case 6 where matches(bytes, name, "expect"):
            guard matches(bytes, value, "100-continue") else {
                throw DecodingFailure(.expectationFailed, "an unknown expectation")
            }
            expectsContinue = true
        case 10 where matches(bytes, name, "connection"):
            noteConnection(bytes, value)
        case 14 where matches(bytes, name, "content-length"):
            guard length == nil else { throw .malformed("more than one Content-Length") }
            length = try contentLength(bytes, value)
        case 17 where matches(bytes, name, "transfer-encoding"):
            guard !chunked else { throw .malformed("more than one Transfer-Encoding") }
            guard matches(bytes, value, "chunked") else {
                throw .malformed("a Transfer-Encoding other than chunked")
            }
            chunked = true
        default: break
        }
    }

    private mutating func noteConnection(_ bytes: Span<UInt8>, _ value: Range<Int>) {
        var start = value.lowerBound
        while start < value.upperBound {
            var stop = start
            while stop < value.upperBound, bytes[stop] != UInt8(ascii: ",") { stop += 1 }
            var option = start..<stop
            while let first = option.first, bytes[first].isBlank { option = option.dropFirst() }
            while let last = option.last, bytes[last].isBlank { option = option.dropLast() }
            if matches(bytes, option, "close") { closes = true }
            if matches(bytes, option, "keep-alive") { keeps = true }
            start = stop + 1
        }
    }

    private func contentLength(
        _ bytes: Span<UInt8>, _ value: Range<Int>
    ) throws(DecodingFailure) -> Int {
        // 18 digits always fit an Int; no body is a millionth of that.
        guard (1...18).contains(value.count) else {
            throw .malformed("a Content-Length that is no length")
        }
        var length = 0
        for index in value {
            guard bytes[index].isDigit else {
                throw .malformed("a Content-Length that is no length")
            }
            length = length * 10 + Int(bytes[index] - 0x30)
        }
        return length
    }

    /// A Host names a host and a port; a path or user in it means that someone is confused.
    private func checkHost(
        _ bytes: Span<UInt8>, _ value: Range<Int>
    ) throws(DecodingFailure) {
        for index in value where !bytes[index].isAuthority {
            throw .malformed("a Host that is no host")
        }
    }
}

/// Whether `range` of `bytes` is `word`, which is lower case, without regard to case.
func matches(_ bytes: Span<UInt8>, _ range: Range<Int>, _ word: StaticString) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for index in 0..<range.count {
        let expected = unsafe word.utf8Start[index]
        if bytes[range.lowerBound + index].lowered != expected { return false }
    }
    return true
}

/// `range` of `bytes` as text; what is not UTF-8 becomes U+FFFD.
func text(_ bytes: Span<UInt8>, _ range: Range<Int>) -> String {
    unsafe bytes.withUnsafeBufferPointer { buffer in
        unsafe String(decoding: UnsafeBufferPointer(rebasing: buffer[range]), as: UTF8.self)
    }
}

extension UInt8 {
    @inline(__always) var isBlank: Bool { self == .space || self == .tab }

    /// What `host [":" port]` may hold (RFC 3986, section 3.2.2).
    var isAuthority: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), 0x21, 0x24...0x2E, 0x3A, 0x3B, 0x3D: true
        case UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}

import Glibc
import HTTP

/// Finds where a head ends, however slowly it comes: each byte is looked at once.
struct HeadScan: Sendable {
    /// Bytes of the head that hold no further line end.
    private var scanned = 0
    private var lineStart = 0
    private var lines = 0
    private var skippedEmptyLine = false

    /// The length of the head at `bytes[used]` with its empty line, or nil while it is incomplete.
    ///
    /// One empty line before it is skipped: RFC 9112, section 2.2, asks for it, since old clients
    /// send one after a body.
    mutating func length(
        in bytes: Span<UInt8>, from used: inout Int, _ bounds: Decoder.Bounds
    ) throws(DecodingFailure) -> Int? {
        if scanned == 0 {
            guard try startsWithRequest(bytes, &used) else { return nil }
        }
        let window = min(bytes.count - used, bounds.headBytes)
        while let end = Self.lineFeed(bytes, from: used + scanned, to: used + window) {
            let feed = end - used
            if lines == 0, feed > bounds.requestLineBytes + 1 { throw Self.requestLineTooLong }
            guard feed > lineStart, bytes[end - 1] == .carriageReturn else {
                throw .malformed("a line ends without a carriage return")
            }
            scanned = feed + 1
            if feed == lineStart + 1 { return scanned }
            lineStart = scanned
            lines += 1
            // The request line is not a header field.
            if lines - 1 > bounds.headersMax {
                throw DecodingFailure(.headerFieldsTooLarge, "too many header fields")
            }
        }
        scanned = window
        if lines == 0, window >= bounds.requestLineBytes + 2 { throw Self.requestLineTooLong }
        if window >= bounds.headBytes {
            throw DecodingFailure(.headerFieldsTooLarge, "the head is too large")
        }
        return nil
    }

    private static let requestLineTooLong = DecodingFailure(
        .uriTooLong, "the request line is too long")

    /// Whether the first byte of a request is there, past an empty line. Bytes that cannot begin a
    /// method (TLS on the wrong port, say) are refused at once, not when the time is up.
    private mutating func startsWithRequest(
        _ bytes: Span<UInt8>, _ used: inout Int
    ) throws(DecodingFailure) -> Bool {
        guard used < bytes.count else { return false }
        if bytes[used] == .carriageReturn, !skippedEmptyLine {
            guard used + 1 < bytes.count else { return false }
            guard bytes[used + 1] == .lineFeed else {
                throw .malformed("the request does not begin with a method")
            }
            used += 2
            skippedEmptyLine = true
            guard used < bytes.count else { return false }
        }
        guard bytes[used].isToken else {
            throw .malformed("the request does not begin with a method")
        }
        return true
    }

    private static func lineFeed(_ bytes: Span<UInt8>, from start: Int, to end: Int) -> Int? {
        guard start < end else { return nil }
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress,
                let found = unsafe memchr(base + start, Int32(UInt8.lineFeed), end - start)
            else { return nil }
            return unsafe UnsafeRawPointer(found) - UnsafeRawPointer(base)
        }
    }
}

/// The bytes that HTTP gives a meaning to.
extension UInt8 {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let tab = UInt8(ascii: "\t")
    static let colon = UInt8(ascii: ":")

    /// `tchar` of RFC 9110, section 5.6.2.
    @inline(__always) var isToken: Bool {
        switch self {
        case 0x61...0x7A, 0x41...0x5A, 0x30...0x39: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// What a field value may hold: visible, blank, or above ASCII; no control byte but the tab.
    @inline(__always) var isFieldValue: Bool {
        self >= 0x20 ? self != 0x7F : self == .tab
    }

    @inline(__always) var isDigit: Bool { self >= 0x30 && self <= 0x39 }

    @inline(__always) var lowered: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}

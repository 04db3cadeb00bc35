import HTTP

/// Reads a chunked body (RFC 9112, section 7.1), byte by byte between the chunks: framing is
/// consumed as it comes, so nothing is kept and nothing is looked at twice.
struct ChunkedBody: Sendable {
    private enum State: Sendable {
        case size(digits: Int, value: Int)
        case `extension`
        case sizeLineFeed(value: Int)
        case data(remaining: Int)
        case dataCarriageReturn, dataLineFeed
        case trailerStart, trailerName, trailerValue, trailerLineFeed
        case lastLineFeed
    }

    /// Hexadecimal digits of a chunk's size: 4 GiB are past any body.
    private static let sizeDigitsMax = 8
    /// Bytes of extensions in one body. Nobody uses them but to keep a server busy with framing.
    private static let extensionBytesMax = 4096

    private let bounds: Decoder.Bounds
    private var state = State.size(digits: 0, value: 0)
    private var bodyBytes = 0
    private var chunkBytes = 0
    private var extensionBytes = 0
    private var trailerBytes = 0
    private var trailers = 0

    init(_ bounds: Decoder.Bounds) {
        self.bounds = bounds
    }

    /// As `Decoder.next`.
    mutating func next(
        _ bytes: Span<UInt8>, used: inout Int
    ) throws(DecodingFailure) -> Decoder.Event {
        while used < bytes.count {
            if case .data(let remaining) = state {
                let count = min(remaining, bytes.count - used)
                used += count
                state =
                    count == remaining ? .dataCarriageReturn : .data(remaining: remaining - count)
                return .body(count: count)
            }
            let byte = bytes[used]
            used += 1
            if case .lastLineFeed = state {
                guard byte == .lineFeed else { throw .malformed("a bare carriage return") }
                return .end
            }
            try take(byte)
        }
        return .needMore
    }

    private mutating func take(_ byte: UInt8) throws(DecodingFailure) {
        switch state {
        case .size(let digits, let value): try takeSize(byte, digits, value)
        case .extension: try takeExtension(byte)
        case .sizeLineFeed(let value):
            guard byte == .lineFeed else { throw .malformed("a bare carriage return") }
            try beginChunk(value)
        case .dataCarriageReturn:
            guard byte == .carriageReturn else { throw Self.chunkTooLong }
            state = .dataLineFeed
        case .dataLineFeed:
            guard byte == .lineFeed else { throw Self.chunkTooLong }
            state = .size(digits: 0, value: 0)
        case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed:
            try takeTrailer(byte)
        case .data, .lastLineFeed:
            preconditionFailure("handled by the caller")
        }
    }

    private static let chunkTooLong = DecodingFailure.malformed("a chunk is longer than it says")

    private mutating func takeSize(
        _ byte: UInt8, _ digits: Int, _ value: Int
    ) throws(DecodingFailure) {
        if let digit = byte.hexadecimalValue {
            guard digits < Self.sizeDigitsMax else { throw .malformed("a chunk size too long") }
            state = .size(digits: digits + 1, value: value << 4 | digit)
            return
        }
        guard digits > 0 else { throw .malformed("a chunk without a size") }
        chunkBytes = value
        switch byte {
        case .carriageReturn: state = .sizeLineFeed(value: value)
        case UInt8(ascii: ";"): state = .extension
        default: throw .malformed("a chunk size that is no number")
        }
    }

    private mutating func takeExtension(_ byte: UInt8) throws(DecodingFailure) {
        if byte == .carriageReturn {
            state = .sizeLineFeed(value: chunkBytes)
            return
        }
        guard byte.isFieldValue else { throw .malformed("a control byte in a chunk extension") }
        extensionBytes += 1
        guard extensionBytes <= Self.extensionBytesMax else {
            throw .malformed("chunk extensions are too long")
        }
    }

    private mutating func beginChunk(_ count: Int) throws(DecodingFailure) {
        guard count > 0 else {
            state = .trailerStart
            return
        }
        bodyBytes += count
        guard bodyBytes <= bounds.bodyBytes else {
            throw DecodingFailure(.contentTooLarge, "the body is too large")
        }
        state = .data(remaining: count)
    }

    /// Trailers are checked like header fields and dropped: no handler may take them for headers.
    private mutating func takeTrailer(_ byte: UInt8) throws(DecodingFailure) {
        trailerBytes += 1
        guard trailerBytes <= bounds.headBytes, trailers <= bounds.headersMax else {
            throw DecodingFailure(.headerFieldsTooLarge, "the trailers are too large")
        }
        switch state {
        case .trailerStart:
            if byte == .carriageReturn {
                state = .lastLineFeed
                return
            }
            guard byte.isToken else { throw .malformed("a trailer name is not a token") }
            trailers += 1
            state = .trailerName
        case .trailerName:
            if byte == .colon {
                state = .trailerValue
            } else if !byte.isToken {
                throw .malformed("a trailer name is not a token")
            }
        case .trailerValue:
            if byte == .carriageReturn {
                state = .trailerLineFeed
            } else if !byte.isFieldValue {
                throw .malformed("a control byte in a trailer")
            }
        default:
            guard byte == .lineFeed else { throw .malformed("a bare carriage return") }
            state = .trailerStart
        }
    }
}

extension UInt8 {
    /// The digit's value, in either case; nil for what is no hexadecimal digit.
    var hexadecimalValue: Int? {
        switch self {
        case 0x30...0x39: Int(self - 0x30)
        case 0x61...0x66: Int(self - 0x61 + 10)
        case 0x41...0x46: Int(self - 0x41 + 10)
        default: nil
        }
    }
}

package import HTTP

/// Reads HTTP/1.1 requests out of bytes (RFC 9112), strictly, and does nothing else: no socket, no
/// clock, no allocation but what a head needs.
///
/// Bytes come in any portions; the events are the same however they were cut. A framing that two
/// readers could understand differently is refused, never repaired.
package struct Decoder: Sendable {
    /// How large requests may be.
    package struct Bounds: Sendable {
        package var requestLineBytes = 8 * 1024
        package var headBytes = 16 * 1024
        package var headersMax = 100
        package var bodyBytes = 64 * 1024 * 1024

        package init() {}
    }

    /// What the bytes so far amount to.
    package enum Event: Sendable {
        /// Nothing yet: pass the unused bytes again, with more behind them.
        case needMore
        /// A request begins. With `Framing.none` it ends here too, and no `end` follows.
        case head(RequestHead)
        /// This many of the next bytes are body; the decoder counts them as used.
        case body(count: Int)
        /// The body is complete; the next byte belongs to the next request.
        case end
        /// What follows cannot be trusted. The same answer is given from here on.
        case refused(DecodingFailure)
    }

    private enum State {
        case head(HeadScan)
        case declared(remaining: Int)
        case chunked(ChunkedBody)
        case refused(DecodingFailure)
    }

    private let bounds: Bounds
    private var state = State.head(HeadScan())

    package init(bounds: Bounds) {
        self.bounds = bounds
    }

    /// Bytes of a declared body still to come; nil for a chunked one.
    package var remainingBytes: Int? {
        switch state {
        case .declared(let remaining): remaining
        case .head: 0
        case .chunked, .refused: nil
        }
    }

    /// Reads on from `bytes[used]` and moves `used` past what is done with.
    ///
    /// For `body(count:)` the bytes meant are the `count` before the new `used`.
    package mutating func next(_ bytes: Span<UInt8>, used: inout Int) -> Event {
        switch state {
        case .head(var scan):
            let event = nextHead(&scan, bytes, &used)
            return event
        case .declared(let remaining):
            if remaining == 0 {
                state = .head(HeadScan())
                return .end
            }
            let count = min(remaining, bytes.count - used)
            if count == 0 { return .needMore }
            state = .declared(remaining: remaining - count)
            used += count
            return .body(count: count)
        case .chunked(var body):
            return nextChunk(&body, bytes, &used)
        case .refused(let failure):
            return .refused(failure)
        }
    }

    private mutating func nextHead(
        _ scan: inout HeadScan, _ bytes: Span<UInt8>, _ used: inout Int
    ) -> Event {
        do throws(DecodingFailure) {
            guard let length = try scan.length(in: bytes, from: &used, bounds) else {
                state = .head(scan)
                return .needMore
            }
            var parser = HeadParser(position: used, end: used + length)
            let head = try parser.head(bytes)
            used += length
            switch head.framing {
            case .none: state = .head(HeadScan())
            case .declared(let count): state = .declared(remaining: count)
            case .chunked: state = .chunked(ChunkedBody(bounds))
            }
            return .head(head)
        } catch {
            return refuse(error)
        }
    }

    private mutating func nextChunk(
        _ body: inout ChunkedBody, _ bytes: Span<UInt8>, _ used: inout Int
    ) -> Event {
        do throws(DecodingFailure) {
            let event = try body.next(bytes, used: &used)
            if case .end = event {
                state = .head(HeadScan())
            } else {
                state = .chunked(body)
            }
            return event
        } catch {
            return refuse(error)
        }
    }

    private mutating func refuse(_ failure: DecodingFailure) -> Event {
        state = .refused(failure)
        return .refused(failure)
    }
}

/// Why bytes are not a request, with the status that says so.
package struct DecodingFailure: Error, Hashable, Sendable {
    package let status: Status
    package let reason: String
    /// The path, where the request line was understood.
    package var path: String?

    init(_ status: Status, _ reason: String, path: String? = nil) {
        self.status = status
        self.reason = reason
        self.path = path
    }

    static func malformed(_ reason: String) -> DecodingFailure {
        DecodingFailure(.badRequest, reason)
    }
}

/// The head of a request, understood.
package struct RequestHead: Sendable {
    package var method: String
    package var path: String
    package var query: String?
    package var headers: Headers
    package var framing: Framing
    /// HTTP/1.0: no chunks, and closing is the default.
    package var isOld: Bool
    /// Whether the connection may serve another request after this one.
    package var keepsAlive: Bool
    /// Whether the peer waits for `100 Continue` before it sends the body.
    package var expectsContinue: Bool
}

/// How the end of a body is known.
package enum Framing: Hashable, Sendable {
    case none
    case declared(Int)
    case chunked
}

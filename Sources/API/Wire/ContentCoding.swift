import Compression
import HTTP
import Threads

/// Bodies that come compressed: `Content-Encoding` of a request (RFC 9110, section 8.4).
enum ContentCoding {
    static let field = "Content-Encoding"
    /// What is read; the value of `Accept-Encoding` in the answer to anything else (RFC 9110, section
    /// 12.5.3).
    static let accepted = "gzip, deflate, identity"

    /// `request` with a body that reads as what was compressed. One that is not read here fails once it
    /// is asked for: where there is no body, a header changes nothing.
    static func decoded(_ request: Request) -> Request {
        guard let named = request.headers[field], request.body.declaredBytes != 0
        else { return request }
        var request = request
        switch request.headers.contradict(field) ? "" : named.lowercased() {
        case "identity": break
        case "gzip", "x-gzip": request.body = request.body.inflated(as: .gzip)
        case "deflate": request.body = request.body.inflated(as: .deflate)
        default:
            let name = String(named.prefix(60))
            request.body = RequestBody(declaredBytes: request.body.declaredBytes) {
                () throws(BodyFailure) in throw .unsupportedCoding(name)
            }
        }
        return request
    }
}

extension RequestBody {
    /// What comes of it, piece by piece. How long that becomes is not known beforehand.
    fileprivate func inflated(as coding: Inflater.Coding) -> RequestBody {
        let inflater = Lock(Inflater(coding))
        return RequestBody(declaredBytes: nil) { () async throws(BodyFailure) in
            while true {
                let piece = try inflater.reading(coding) { inflater throws(Inflater.Failure) in
                    try inflater.next()
                }
                if let piece { return piece }
                guard let sent = try await self.next() else {
                    try inflater.reading(coding) { inflater throws(Inflater.Failure) in
                        try inflater.finish()
                    }
                    return nil
                }
                inflater.withLock { $0.feed(sent) }
            }
        }
    }
}

extension Lock<Inflater> {
    /// Runs `body`, whose failure is the body's.
    fileprivate func reading<Value>(
        _ coding: Inflater.Coding, _ body: (Inflater) throws(Inflater.Failure) -> Value
    ) throws(BodyFailure) -> Value {
        do throws(Inflater.Failure) {
            return try withLock { inflater throws(Inflater.Failure) in try body(inflater) }
        } catch {
            throw .malformed("its \(coding.rawValue) coding \(error.words)")
        }
    }
}

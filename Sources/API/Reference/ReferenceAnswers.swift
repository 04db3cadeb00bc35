import HTTP
import Signing
import Units

extension Application {
    /// `GET /openapi.json`.
    func openAPI(_ request: Request) -> Response { StaticText.openAPI.answer(to: request) }

    /// `GET /docs`.
    func docs(_ request: Request) -> Response { StaticText.page.answer(to: request) }
}

/// A text that is the same until the program is another one.
private struct StaticText: Sendable {
    let bytes: [UInt8]
    let mediaType: String
    let etag: String

    static let openAPI = StaticText(
        bytes: OpenAPIDocument.bytes, mediaType: "application/json")
    static let page = StaticText(
        bytes: ReferencePage.bytes, mediaType: "text/html; charset=utf-8")

    private init(bytes: [UInt8], mediaType: String) {
        self.bytes = bytes
        self.mediaType = mediaType
        etag = "\"\(Hex.text(of: Array(SHA256.digest(bytes).prefix(12))))\""
    }

    /// The text, or that the caller has it already.
    func answer(to request: Request) -> Response {
        // Asked for again after five minutes, so that a new program's text is soon seen.
        var headers: Headers = [
            "ETag": etag, "Cache-Control": "public, max-age=300",
            // Also of a 304, whose fields replace those that the caller has.
            "Content-Security-Policy": Application.pagePolicy,
        ]
        // By its tag alone: the text has no date.
        let condition = Headers(
            request.headers.all("If-None-Match").map { .init(name: "If-None-Match", value: $0) })
        let plan = ConditionalFile(
            byteCount: Int64(bytes.count), etag: etag, modified: Timestamp(seconds: 0),
            mediaType: mediaType
        ).plan(for: condition)
        guard plan.status != .notModified else { return Response(.notModified, headers: headers) }
        headers["Content-Type"] = mediaType
        return Response(.ok, headers: headers, body: .bytes(bytes))
    }
}

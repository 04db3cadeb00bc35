public import Units

/// A file that never changes, as an answer to a GET that may ask for a part of it, or only for news.
///
/// A function from headers to headers (RFC 9110, sections 13 and 14): whoever calls it opens the file.
public struct ConditionalFile: Sendable {
    public let byteCount: Int64
    /// A strong entity tag, with its quotes.
    public let etag: String
    public let modified: Timestamp
    public let mediaType: String

    public init(byteCount: Int64, etag: String, modified: Timestamp, mediaType: String) {
        self.byteCount = byteCount
        self.etag = etag
        self.modified = modified
        self.mediaType = mediaType
    }

    /// What to answer.
    public struct Plan: Sendable {
        public let status: Status
        public let headers: Headers
        /// The bytes of the file to send; nil when the answer has no body.
        public let part: Range<Int64>?
    }

    /// The answer to a request with `headers`: 200, 206, 304 or 416.
    public func plan(for headers: Headers) -> Plan {
        if isKnown(to: headers) {
            return Plan(status: .notModified, headers: validators, part: nil)
        }
        guard let asked = headers["Range"], rangeApplies(headers), let range = range(asked) else {
            return Plan(status: .ok, headers: described, part: 0..<byteCount)
        }
        guard !range.isEmpty else {
            return Plan(
                status: .rangeNotSatisfiable,
                headers: [
                    "Content-Range": "bytes */\(byteCount)", "Accept-Ranges": "bytes",
                    "X-Content-Type-Options": "nosniff",
                ], part: nil)
        }
        var headers = described
        headers["Content-Range"] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(byteCount)"
        return Plan(status: .partialContent, headers: headers, part: range)
    }

    /// Also of a 304: what a cache keeps. The name is unguessable and its content fixed, so anyone
    /// who may see it may keep it.
    private var validators: Headers {
        [
            "ETag": etag, "Last-Modified": HTTPDate.text(modified),
            "Cache-Control": "public, max-age=31536000, immutable",
            "X-Content-Type-Options": "nosniff",
        ]
    }

    private var described: Headers {
        var headers = validators
        headers["Content-Type"] = mediaType
        headers["Accept-Ranges"] = "bytes"
        return headers
    }

    /// Whether the caller has it already. A tag counts for more than a date.
    private func isKnown(to headers: Headers) -> Bool {
        let tags = headers.all("If-None-Match")
        if !tags.isEmpty {
            return tags.contains { list in
                list.split(separator: ",").map(Self.trimmed).contains { tag in
                    tag == "*" || (tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]) == etag
                }
            }
        }
        guard let since = headers["If-Modified-Since"].flatMap(HTTPDate.read) else { return false }
        return modified.seconds <= since.seconds
    }

    /// Whether the part asked for belongs to this version of the file.
    private func rangeApplies(_ headers: Headers) -> Bool {
        guard let condition = headers["If-Range"] else { return true }
        return condition == etag || condition == HTTPDate.text(modified)
    }

    /// The bytes that `header` asks for, empty when there are none of them; nil when it is to be
    /// ignored, as one range of several is: nobody needs the multipart answer, and attackers like it.
    private func range(_ header: String) -> Range<Int64>? {
        let halves = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, Headers.same(String(halves[0]), "bytes") else { return nil }
        let ends = Self.trimmed(halves[1]).split(
            separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard ends.count == 2 else { return nil }
        if ends[0].isEmpty {
            guard let count = Self.decimal(ends[1]) else { return nil }
            return max(0, byteCount - count)..<byteCount
        }
        guard let first = Self.decimal(ends[0]) else { return nil }
        let last = ends[1].isEmpty ? Int64.max : Self.decimal(ends[1])
        guard let last, first <= last else { return nil }
        guard first < byteCount else { return byteCount..<byteCount }
        return first..<min(last, byteCount - 1) + 1
    }

    /// A number of decimal digits, `Int64.max` where it is larger; nil for anything else.
    private static func decimal(_ text: Substring) -> Int64? {
        guard !text.isEmpty,
            text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        return Int64(text) ?? Int64.max
    }

    private static func trimmed(_ text: Substring) -> String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" }
        let start = text.drop(while: isBlank)
        return String(start.reversed().drop(while: isBlank).reversed())
    }
}

import HTTP

/// Which web pages of other origins may call the API from a browser (CORS, Fetch section 3.2).
///
/// Cookies are never among what is allowed: a caller is known by the key that its page sends, and
/// a browser sends none by itself. So `*` gives nothing away that a key does not.
public struct CrossOrigin: Sendable {
    /// Why a list of origins cannot be read, in a sentence that names the entry.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    private enum Allowed {
        case all
        case listed(Set<String>)
    }

    /// More entries than this are a mistake in a setting.
    private static let countMax = 100
    /// How long a browser may remember what a preflight said. Browsers have limits of their own.
    private static let preflightSeconds = 7200
    /// What a page may read of an answer beside what every page may: all of it. The names are for
    /// browsers that do not know the star.
    private static let exposed =
        "x-request-id, x-should-retry, Retry-After, Idempotency-Replayed, Location, RateLimit, "
        + "RateLimit-Policy, *"

    private let allowed: Allowed

    /// No page of another origin.
    public init() {
        allowed = .listed([])
    }

    /// Reads `*`, or origins with commas between, as browsers send them; an empty text lists none.
    public init(_ list: String) throws(Unreadable) {
        let entries = list.split(separator: ",").map { entry in
            String(entry.filter { $0 != " " && $0 != "\t" })
        }
        if entries == ["*"] {
            allowed = .all
            return
        }
        guard entries.count <= Self.countMax else {
            throw Unreadable(description: "more than \(Self.countMax) origins")
        }
        for entry in entries {
            guard Self.isOrigin(entry) else {
                throw Unreadable(
                    description: "'\(entry)' is no origin such as https://app.example.com, nor *")
            }
        }
        allowed = .listed(Set(entries))
    }

    /// A scheme, a host and perhaps a port, in lower case and with nothing behind.
    private static func isOrigin(_ text: String) -> Bool {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            let host = text.dropFirst(scheme.count)
            return !host.isEmpty
                && host.utf8.allSatisfy { byte in
                    byte > 0x20 && byte < 0x7F && !(0x41...0x5A).contains(byte)
                        && !"/?#@\\*\"".utf8.contains(byte)
                }
        }
        return false
    }

    /// What a page of `origin` is told that it may be, if it may call.
    private func permission(_ origin: String) -> String? {
        switch allowed {
        case .all: "*"
        case .listed(let origins): origins.contains(origin) ? origin : nil
        }
    }

    /// The answer to a browser that asks whether a page may call a path with one of `methods`; nil
    /// when this is no such question, or the page may not.
    func preflight(_ request: Request, _ methods: [String]) -> Response? {
        guard request.method == "OPTIONS", let origin = request.headers["Origin"],
            permission(origin) != nil, request.headers["Access-Control-Request-Method"] != nil
        else { return nil }
        let methods = methods.flatMap { $0 == "GET" ? ["GET", "HEAD"] : [$0] }
            .joined(separator: ", ")
        var headers: Headers = [
            "Allow": methods, "Access-Control-Allow-Methods": methods,
            "Access-Control-Max-Age": "\(Self.preflightSeconds)",
        ]
        // Whatever it means to send: clients' libraries add fields of their own, and none of them
        // gives a page what its key does not. The decoder has seen that it is a field's value.
        if let wanted = request.headers["Access-Control-Request-Headers"] {
            headers["Access-Control-Allow-Headers"] = wanted
        }
        return Response(.noContent, headers: headers)
    }

    /// Lets the page that has asked, if it may, read the answer.
    func permit(_ response: inout Response, to request: Request) {
        if case .listed(let origins) = allowed {
            if origins.isEmpty { return }
            // A cache must not give one page the answer to another.
            response.headers.add("Vary", "Origin")
        }
        guard let origin = request.headers["Origin"], let permission = permission(origin) else {
            return
        }
        response.headers.add("Access-Control-Allow-Origin", permission)
        response.headers.add("Access-Control-Expose-Headers", Self.exposed)
    }
}

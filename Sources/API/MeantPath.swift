import HTTP
import Units

/// Which route a path that does not exist may have meant: the usual slips of clients that are pointed at
/// another base URL.
///
/// Nothing of what came is ever repeated: a hint is a line of the table of routes.
enum MeantPath {
    /// Bytes and parts of a path that is thought about: more than any of ours has. What is longer is no
    /// slip of the pen, and is not worth the work.
    private static let bytesMax = 128
    private static let partsMax = 12

    /// What a base URL may lack, the most likely first.
    private static let prefixes: [[String]] = [
        [], ["v1"], ["api", "v1"], ["v2"], ["v1", "openai"],
    ]
    /// Parts that a base URL may have too many.
    private static let extraMax = 4
    /// One letter in so many may be wrong: short parts, such as `v1`, are taken at their word.
    private static let lettersPerTypo = 4
    /// How many in all.
    private static let typosMax = 2

    private static let known = Route.all.map { route in
        (route: route, parts: route.template.split(separator: "/").map(String.init))
    }

    /// The route that may have been meant: of those that are equally near, the first with this method.
    static func route(method: String, path: String) -> Route? {
        guard path.utf8.count <= bytesMax,
            let decoded = PercentEncoding.decoded(path, plusIsBlank: false)
        else { return nil }
        let parts = decoded.lowercased().split(separator: "/").map { part in
            String(part.filter { !$0.isWhitespace })
        }.filter { !$0.isEmpty }
        guard (1...partsMax).contains(parts.count) else { return nil }
        let wanted = method == "HEAD" ? "GET" : method
        // The less is left out, the nearer; then the better the rest fits.
        for extra in 0...min(extraMax, parts.count - 1) {
            let candidates = prefixes.map { $0 + parts.dropFirst(extra) }
            for isMeant in [isSame, isBeginning, isNearly] {
                let found = candidates.flatMap { candidate in
                    known.filter { isMeant(candidate, $0.parts) }.map(\.route)
                }
                if let route = found.first(where: { $0.method == wanted }) ?? found.first {
                    return route
                }
            }
        }
        return nil
    }

    /// Whether it is a route's path, where anything may stand for a name.
    private static func isSame(_ parts: [String], _ route: [String]) -> Bool {
        parts.count == route.count && zip(parts, route).allSatisfy { $0 == $1 || $1.hasPrefix("{") }
    }

    /// Whether the route goes on where it ends: `/v1/images`. Of one part it could be anything.
    private static func isBeginning(_ parts: [String], _ route: [String]) -> Bool {
        parts.count >= 2 && parts.count < route.count
            && zip(parts, route).allSatisfy { $0 == $1 }
    }

    /// Whether it is a route's path but for a letter or two.
    private static func isNearly(_ parts: [String], _ route: [String]) -> Bool {
        guard parts.count == route.count, parts.count >= 2 else { return false }
        var typos = 0
        for (part, wanted) in zip(parts, route) where part != wanted && !wanted.hasPrefix("{") {
            let difference = difference(Array(part.utf8), Array(wanted.utf8))
            typos += difference
            guard typos <= typosMax, difference <= wanted.utf8.count / lettersPerTypo else {
                return false
            }
        }
        return true
    }

    /// How many letters are to be changed, put in or left out (Levenshtein's distance); more than
    /// `typosMax` where the lengths alone say so. Both are short: a part of a path of ours, and one that
    /// is hardly longer.
    private static func difference(_ one: [UInt8], _ other: [UInt8]) -> Int {
        guard abs(one.count - other.count) <= typosMax else { return typosMax + 1 }
        var row = Array(0...other.count)
        for (line, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = line + 1
            for column in other.indices {
                let changed = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(changed, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}

extension Response {
    /// 404, with the path that may have been meant, in the words of that path's dialect: the client's
    /// library shows them.
    static func notFound(_ request: Request) -> Response {
        let meant = MeantPath.route(method: request.method, path: request.path)
        let hint =
            meant.map { "Did you mean \($0.method) \($0.template)?" }
            ?? "GET /docs lists every path."
        return .refusing(
            Refusal(.notFound, "There is nothing at this path. \(hint)"),
            as: meant?.errors ?? RouteTable.errors(ofUnknown: request.path))
    }

    /// 405, with the methods that the path takes. A method that nobody knows is not repeated.
    static func notAllowed(
        _ method: String, but methods: [String], as errors: ErrorShape
    ) -> Response {
        let allowed = methods.joined(separator: ", ")
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        let came = known.contains(method) ? method : "this method"
        var response = Response.refusing(
            Refusal(.methodNotAllowed, "This path does not take \(came). It takes: \(allowed)."),
            as: errors)
        response.headers["Allow"] = allowed
        return response
    }
}

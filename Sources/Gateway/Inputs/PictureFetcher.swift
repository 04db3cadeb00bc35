import HTTP
public import HTTPClient

/// How pictures that a request names by URL are brought here.
public struct PictureFetcher: Sendable {
    /// Why there is no picture.
    public enum Failure: Error, Hashable, Sendable {
        /// A sentence for whoever named the URL.
        case refused(String)
        case tooLarge
        /// Too many are being fetched already.
        case busy
    }

    /// The bytes behind a URL. Throws `Failure`, or `CancellationError`.
    public let fetch: @Sendable (String) async throws -> [UInt8]

    public init(_ fetch: @escaping @Sendable (String) async throws -> [UInt8]) {
        self.fetch = fetch
    }

    /// From the first call to the last byte, redirects and waiting for a turn included.
    public static let timeLimit: Duration = .seconds(20)
    static let redirectsMax = 3
    /// Fetched at once: each may hold 16 MiB in memory.
    private static let fetchesMax = 16
    /// That wait for their turn: more would not get it within the time limit.
    private static let waitingMax = 256

    /// Fetches over the network from where `addresses` lets it: each hop is judged anew.
    public static func over(
        _ addresses: AddressFilter, within limit: Duration = timeLimit
    ) -> PictureFetcher {
        var settings = HTTPClient.Settings()
        settings.name = "inputs"
        settings.addresses = addresses
        settings.transfersMax = fetchesMax
        settings.waitingMax = waitingMax
        settings.lookupsMax = fetchesMax
        let client = HTTPClient(settings)
        return PictureFetcher { url in try await fetch(url, over: client, within: limit) }
    }

    private static func fetch(
        _ url: String, over client: HTTPClient, within limit: Duration
    ) async throws -> [UInt8] {
        let deadline = ContinuousClock.now + limit
        var url = url
        for _ in 0...redirectsMax {
            var request = OutgoingRequest(
                "GET", url,
                headers: ["Accept": "image/png, image/jpeg, image/webp", "User-Agent": "Atelier"])
            request.timeout = ContinuousClock.now.duration(to: deadline)
            request.connectTimeout = min(request.timeout, max(request.connectTimeout, limit / 2))
            request.responseMaxBytes = Inputs.bytesMax
            let response = try await answer(to: request, of: client)
            switch response.status.rawValue {
            case 200: return response.body
            case 301, 302, 303, 307, 308:
                guard let location = response.headers["Location"],
                    let next = RelativeURL.resolve(location, from: url)
                else { throw Failure.refused("it redirects to no URL") }
                url = next
            case let status: throw Failure.refused("it answered with status \(status)")
            }
        }
        throw Failure.refused("it redirects more than \(redirectsMax) times")
    }

    private static func answer(
        to request: OutgoingRequest, of client: HTTPClient
    ) async throws -> IncomingResponse {
        do throws(HTTPClientFailure) {
            return try await client.send(request)
        } catch {
            switch error {
            case .cancelled: throw CancellationError()
            case .overloaded, .closed: throw Failure.busy
            case .tooLarge: throw Failure.tooLarge
            // The address behind a name is not told: it may be one of our own network.
            case .addressRefused: throw Failure.refused("it leads to an address that is not public")
            default: throw Failure.refused("\(error)")
            }
        }
    }
}

/// What a `Location` means beside the URL that sent it (RFC 3986, section 5, without its rarities).
enum RelativeURL {
    /// Nil when it is no URL of the web. Whoever calls it checks it as any other.
    static func resolve(_ reference: String, from base: String) -> String? {
        let reference = String(reference.prefix { $0 != "#" })
        let lowered = reference.lowercased()
        if lowered.hasPrefix("http://") || lowered.hasPrefix("https://") { return reference }
        guard let colon = base.firstIndex(of: ":") else { return nil }
        let authority = base[base.index(colon, offsetBy: 3)...].prefix { !"/?#".contains($0) }
        let origin = base[..<authority.endIndex]
        if reference.hasPrefix("//") { return "\(base[...colon])\(reference)" }
        if reference.hasPrefix("/") { return "\(origin)\(reference)" }
        let path = base[authority.endIndex...].prefix { !"?#".contains($0) }
        if reference.hasPrefix("?") { return "\(origin)\(path.isEmpty ? "/" : path)\(reference)" }
        // A scheme that is none of ours.
        guard !reference.isEmpty, !reference.prefix(while: { $0 != "/" }).contains(":") else {
            return nil
        }
        let folder = path.lastIndex(of: "/").map { path[...$0] } ?? "/"
        return "\(origin)\(folder)\(reference)"
    }
}

import FoundationEssentials
import HTTP
public import HTTPClient
import Pictures
public import Providers
public import Units

/// One ask of a vendor from submission to pictures, with a real client and without waiting between
/// polls.
public struct Ride: Sendable {
    public let client: HTTPClient
    public let vendor: Vendor
    public var credential: Secret? = Emulator.credential

    public init(_ client: HTTPClient, to vendor: Vendor) {
        self.client = client
        self.vendor = vendor
    }

    /// A client that reaches emulators.
    public static func client() throws -> HTTPClient {
        var settings = HTTPClient.Settings()
        settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
        return HTTPClient(settings)
    }

    /// What the transport could not do.
    public enum Failure: Error, Hashable {
        case client(HTTPClientFailure)
        case notFetched(Int)
        case endless
    }

    private static let pollsMax = 50

    /// The pictures' files, in order, and what the vendor said of them.
    public func go(_ ask: Ask) async throws -> (pictures: [[UInt8]], made: Made) {
        let now = Timestamp(seconds: 1_763_700_000)
        let call = try vendor.submit(ask, with: credential, at: now)
        var progress =
            try call.isStreamed
            ? await stream(call, ask) : vendor.read(await send(call), of: ask)
        for _ in 0..<Self.pollsMax {
            switch progress {
            case .done(let made):
                var pictures: [[UInt8]] = []
                for picture in made.pictures { pictures.append(try await bytes(of: picture)) }
                return (pictures, made)
            case .pending(let task, _, _):
                let call = try vendor.poll(task, with: credential, at: now)
                progress = try vendor.readPoll(await send(call), of: task)
            }
        }
        throw Failure.endless
    }

    private func stream(_ call: Call, _ ask: Ask) async throws -> Progress {
        let reply = try await send(call)
        guard reply.status == 200 else { return try vendor.read(reply, of: ask) }
        var reader = ServerEventReader()
        var stream = PictureStream(of: ask, from: vendor)
        for event in reader.take(reply.bytes) ?? [] { _ = try stream.take(event) }
        return try stream.finish()
    }

    private func send(_ call: Call) async throws -> Reply {
        let content = call.content(boundary: "atelier-boundary-0123456789")
        var request = OutgoingRequest(
            call.method, call.url, headers: call.headers, body: content?.bytes ?? [])
        if let content { request.headers["Content-Type"] = content.type }
        if let credential = call.credential {
            request.headers[credential.header] = credential.value.reveal()
        }
        request.responseMaxBytes = call.responseMaxBytes
        // No busy machine takes as long.
        request.timeout = .seconds(1200)
        request.connectTimeout = .seconds(1200)
        do throws(HTTPClientFailure) {
            let response = try await client.send(request)
            return Reply(
                status: response.status.rawValue, headers: response.headers, bytes: response.body)
        } catch {
            throw Failure.client(error)
        }
    }

    private func bytes(of picture: PictureAt) async throws -> [UInt8] {
        switch picture {
        case .bytes(let bytes): return bytes
        case .base64(let text): return Data(base64Encoded: text).map(Array.init) ?? []
        case .url(let url):
            let reply = try await send(vendor.fetch(url))
            guard reply.status == 200 else { throw Failure.notFetched(reply.status) }
            return reply.bytes
        }
    }
}

import Signing
import API
import FoundationEssentials
import Gateway
import GatewaySupport
import HTTP
import Log
import Providers
import Testing
import Threads
import Units

/// The public interface on a gateway of its own, called without a socket.
struct Caller {
    let application: Application
    let gateway: TestGateway

    /// Gives `body` an application whose gateway is audited afterwards.
    static func with(
        provider: (any Provider)? = nil, vendors: [ReadyVendor] = [], queueMax: Int = 4096,
        failedKeysPerMinute: Int64 = 60, readsPerMinute: Int64 = 6000,
        crossOrigin: CrossOrigin = CrossOrigin(), freeBytesMin: Int64 = 0,
        _ body: (Caller) async throws -> Void
    ) async throws {
        try await withGateway(
            provider: provider, vendors: vendors, queueMax: queueMax, freeBytesMin: freeBytesMin
        ) { gateway in
            let application = Application(
                engine: gateway.engine, keys: gateway.keys,
                doorkeeper: Doorkeeper(
                    failedKeysPerMinute: failedKeysPerMinute, readsPerMinute: readsPerMinute,
                    clock: gateway.time.clock), jobs: gateway.jobs,
                webhookRefusal: { $0.contains("//127.") ? "it is a loopback address" : nil },
                database: gateway.database,
                store: gateway.store, inputs: gateway.inputs, pool: gateway.pool,
                pepper: try #require(TestGateway.pepper),
                publicURL: TestGateway.publicURL, crossOrigin: crossOrigin,
                clock: gateway.time.clock, log: .silent,
                gauges: { [] })
            try await body(Caller(application: application, gateway: gateway))
        }
    }

    func post(
        _ path: String, _ json: String, as customer: Customer?,
        type: String? = "application/json", headers: Headers = [:]
    ) async throws -> Answer {
        var headers = headers
        if let customer {
            headers["Authorization"] = "Bearer \(customer.text.secret.reveal())"
        }
        if let type { headers["Content-Type"] = type }
        return try await send("POST", path, headers, body: Array(json.utf8))
    }

    func delete(_ target: String, as customer: Customer) async throws -> Answer {
        try await send(
            "DELETE", target, ["Authorization": "Bearer \(customer.text.secret.reveal())"])
    }

    func get(_ target: String, as customer: Customer? = nil) async throws -> Answer {
        var headers = Headers()
        if let customer {
            headers["Authorization"] = "Bearer \(customer.text.secret.reveal())"
        }
        return try await send("GET", target, headers)
    }

    func send(
        _ method: String, _ target: String, _ headers: Headers, body: [UInt8] = [],
        from peer: IPAddress? = nil
    ) async throws -> Answer {
        try await Answer(await respond(method, target, headers, body: body, from: peer))
    }

    /// The answer as the server is given it, its body unread.
    func respond(
        _ method: String, _ target: String, _ headers: Headers, body: [UInt8] = [],
        from peer: IPAddress? = nil
    ) async -> Response {
        let parts = target.split(separator: "?", maxSplits: 1)
        let left = Pieces(body)
        return await application.respond(
            to: Request(
                method: method, path: String(parts[0]),
                query: parts.count == 2 ? String(parts[1]) : nil, headers: headers,
                body: RequestBody(declaredBytes: body.count) { () throws(BodyFailure) in
                    await left.next()
                }, peer: peer))
    }

    /// A body in one piece.
    private actor Pieces {
        private var piece: [UInt8]?
        init(_ bytes: [UInt8]) { piece = bytes.isEmpty ? nil : bytes }

        func next() -> [UInt8]? {
            defer { piece = nil }
            return piece
        }
    }
}

/// What came back.
struct Answer {
    let status: Int
    let headers: Headers
    let body: [UInt8]

    init(_ response: Response) async throws {
        status = response.status.rawValue
        headers = response.headers
        switch response.body {
        case .empty: body = []
        case .bytes(let bytes): body = bytes
        case .file(let descriptor, let offset, let count):
            body = OpenFile.read(descriptor, offset, count)
        case .stream(let write):
            let written = Lock<[UInt8]>([])
            try await write(BodyWriter { piece in written.withLock { $0 += piece } })
            body = written.withLock { $0 }
        }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The body as `Wanted`; numbers of money are decimals, exactly.
    func json<Wanted: Decodable>(_ type: Wanted.Type) throws -> Wanted {
        try JSONDecoder().decode(Wanted.self, from: Data(body))
    }
}

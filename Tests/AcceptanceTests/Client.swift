import FoundationEssentials
import Glibc
import Testing
import Threads

/// One connection to a server: asks and reads, blocking, with a limit on every wait.
///
/// Asking and reading are apart, so that a test can have a thousand requests under way at once
/// without a thousand threads. Waiting is done on threads of its own: those that tests run on are
/// few, and a test that blocks one holds all others up.
final class Client: @unchecked Sendable {
    private let socket: Int32
    private var buffer: [UInt8] = []

    /// A peer that is gone is an error of the call, not the end of the test.
    private static let noSignal: Int32 = 0x4000

    /// Seconds that a read may take: far more than any answer needs.
    static let patience = 600

    init(port: UInt16) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(O_CLOEXEC), 0)
        try #require(socket >= 0, "no socket: \(errno)")
        var limit = timeval(tv_sec: Self.patience, tv_usec: 0)
        unsafe _ = setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let connected = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(connected == 0, "cannot connect to \(port): \(errno)")
    }

    deinit { close(socket) }

    /// Sends bytes as they are.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        // A server that is gone shows when the answer is read.
        unsafe _ = Glibc.send(socket, bytes, bytes.count, Self.noSignal)
    }

    func ask(
        _ method: String, _ target: String, key: String? = nil, body: String? = nil,
        headers: [String: String] = [:]
    ) {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: test\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        if let key { text += "Authorization: Bearer \(key)\r\n" }
        if let body {
            let type = headers["Content-Type"] == nil ? "Content-Type: application/json\r\n" : ""
            text += type + "Content-Length: \(body.utf8.count)\r\n"
        }
        send(text + "\r\n" + (body ?? ""))
    }

    /// Leaves without a word.
    func hangUp() { shutdown(socket, Int32(SHUT_RDWR)) }

    private static let waiting = WorkerPool(name: "clients", threads: 16, queueMax: .max)

    /// The next answer; nil when the connection ended, or nothing came in time.
    func answer() async throws -> Reply? {
        try await Self.waiting.run { self.nextAnswer() }
    }

    /// Reads on until `text` has come; false when the connection ended, or nothing came in time.
    func hears(_ text: String) async throws -> Bool {
        try await Self.waiting.run {
            while self.buffer.firstRange(of: Array(text.utf8)) == nil {
                guard self.readMore() else { return false }
            }
            return true
        }
    }

    /// The next answer of each, in order.
    static func answers(of clients: some Sequence<Client>) async throws -> [Reply?] {
        let clients = Array(clients)
        return try await waiting.run { clients.map { $0.nextAnswer() } }
    }

    private func nextAnswer() -> Reply? {
        guard let headEnd = readUntilBlankLine() else { return nil }
        let head = String(decoding: buffer[..<headEnd], as: UTF8.self)
        let reply = Reply(head: head)
        let length = Int(reply.header("content-length") ?? "") ?? 0
        while buffer.count < headEnd + 4 + length {
            guard readMore() else { return nil }
        }
        let body = Array(buffer[(headEnd + 4)..<(headEnd + 4 + length)])
        buffer.removeSubrange(..<(headEnd + 4 + length))
        return reply.with(body: body)
    }

    private func readUntilBlankLine() -> Int? {
        while true {
            if let end = buffer.firstRange(of: Array("\r\n\r\n".utf8)) { return end.lowerBound }
            guard readMore() else { return nil }
        }
    }

    private func readMore() -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }
}

/// An answer as it came.
struct Reply: Sendable {
    let status: Int
    private let fields: [(name: String, value: String)]
    private(set) var body: [UInt8] = []

    init(head: String) {
        let lines = head.split(separator: "\r\n")
        status = Int(lines.first?.split(separator: " ").dropFirst().first ?? "") ?? 0
        fields = lines.dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { return nil }
            return (parts[0].lowercased(), String(parts[1].drop { $0 == " " }))
        }
    }

    func with(body: [UInt8]) -> Reply {
        var reply = self
        reply.body = body
        return reply
    }

    func header(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    var text: String { String(decoding: body, as: UTF8.self) }
}

extension Reply {
    /// The body as `Wanted`; numbers of money are decimals, exactly.
    func json<Wanted: Decodable>(_ type: Wanted.Type) throws -> Wanted {
        try JSONDecoder().decode(Wanted.self, from: Data(body))
    }
}

import Glibc
import HTTP
import HTTPClient
import Threads

/// A small server on 127.0.0.1: each connection gets a thread that runs `serve` and then ends it.
final class Origin: Sendable {
    let port: UInt16
    private let listener: Int32
    private let accepted = Lock(0)

    init(_ serve: @escaping @Sendable (Visitor) throws -> Void) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let failed = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, length) | listen(descriptor, 1024)
                    | getsockname(descriptor, $0, &length)
            }
        }
        guard failed == 0 else { throw Visitor.Gone() }
        port = UInt16(bigEndian: address.sin_port)
        Thread.start(name: "origin") { [accepted] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else { break }
                let number = accepted.withLock { count in
                    count += 1
                    return count
                }
                Thread.start(name: "visitor") {
                    let visitor = Visitor(connection, number: number)
                    // A visitor that goes is what some tests are about; each looks at its own side.
                    try? serve(visitor)
                    visitor.close()
                }
            }
            Glibc.close(descriptor)
        }
    }

    deinit {
        // Wakes the thread in `accept`, which closes it.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// Connections so far.
    var connections: Int { accepted.withLock { $0 } }

    func url(_ path: String = "/", host: String = "127.0.0.1") -> String {
        "http://\(host):\(port)\(path)"
    }

    /// A port on which nobody listens.
    static func deadPort() throws -> UInt16 {
        try Origin { _ in }.port
    }
}

/// One connection, seen from the server.
final class Visitor: @unchecked Sendable {
    /// The connection ended, or was never there.
    struct Gone: Error {}

    struct Asked: Sendable {
        let line: String
        let headers: Headers
        let body: [UInt8]
    }

    /// Counted from 1.
    let number: Int
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    init(_ descriptor: Int32, number: Int) {
        self.descriptor = descriptor
        self.number = number
        var wait = timeval(tv_sec: 600, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, size)
    }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }

    /// Closes so that the client sees a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    /// The next request, whole.
    func asked() throws -> Asked {
        let line = try self.line()
        var headers = Headers()
        while true {
            let field = try self.line()
            if field.isEmpty { break }
            let parts = field.split(separator: ":", maxSplits: 1)
            headers.add(
                String(parts[0]), String((parts.count > 1 ? parts[1] : "").drop { $0 == " " }))
        }
        let length = headers["Content-Length"].flatMap { Int($0) } ?? 0
        while buffer.count < length { try fill() }
        let body = Array(buffer[..<length])
        buffer.removeSubrange(..<length)
        return Asked(line: line, headers: headers, body: body)
    }

    func say(_ text: String) throws { try say(Array(text.utf8)) }

    func say(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe send(
                    descriptor, $0.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Gone() }
            sent += count
        }
    }

    /// Answers 200 with `text`.
    func answer(_ text: String = "done", _ fields: String = "") throws {
        let length = text.utf8.count
        try say("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\(fields)\r\n\(text)")
    }

    /// Returns when the client has ended the connection, in good order or not.
    func waitForEnd() {
        var byte: UInt8 = 0
        while unsafe recv(descriptor, &byte, 1, 0) > 0 {}
    }

    /// The next line, without its end.
    func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = buffer[..<end].dropLast()
                buffer.removeSubrange(...end)
                return String(decoding: line, as: UTF8.self)
            }
            try fill()
        }
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { throw Gone() }
        buffer += piece[..<count]
    }
}

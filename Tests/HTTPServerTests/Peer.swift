import Glibc
import HTTP
import HTTPServer
import Threads

/// A blocking client that sends exactly what it is told and reads what comes.
///
/// One thread at a time reads, and one sends.
final class Peer: @unchecked Sendable {
    struct Reply {
        var status: Int
        var headers: Headers
        var body: [UInt8]
        var text: String { String(decoding: body, as: UTF8.self) }
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isOpen = true

    /// `receiveBytes` shrinks the receive buffer, for a reader that is slow to take an answer.
    init(port: UInt16, receiveBytes: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var wait = timeval(tv_sec: 600, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &wait, size)
        if var bytes = receiveBytes {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, 4)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let failed = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard failed == 0 else { throw Failure(description: "connect: \(errno)") }
    }

    deinit { close() }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        isOpen = false
    }

    /// Closes so that the server sees a reset.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends all of `bytes`; throws once the server takes no more.
    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    descriptor, $0.baseAddress.map { unsafe $0 + sent }, bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(description: "send: \(errno)") }
            sent += count
        }
    }

    func get(_ path: String = "/", _ fields: String = "") throws -> Reply {
        try send("GET \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n")
        return try reply()
    }

    /// The next answer; `toHead` when it is the answer to HEAD.
    func reply(toHead: Bool = false) throws -> Reply {
        var reply = try head()
        if toHead || reply.status == 204 || reply.status == 304 || reply.status < 200 {
            return reply
        }
        if let length = reply.headers["Content-Length"].flatMap({ Int($0) }) {
            reply.body = try take(length)
        } else if reply.headers["Transfer-Encoding"] == "chunked" {
            while true {
                let size = Int(try line(), radix: 16) ?? 0
                reply.body += try take(size)
                guard try line().isEmpty else { throw Failure(description: "bad chunk") }
                if size == 0 { break }
            }
        } else {
            while try fill() {}
            reply.body = buffer
            buffer = []
        }
        return reply
    }

    /// Whether the server has ended in good order; throws when it was a reset, or nothing came.
    func atEnd() throws -> Bool {
        if !buffer.isEmpty { return false }
        return try !fill()
    }

    private func head() throws -> Reply {
        let status = try line().split(separator: " ", maxSplits: 2)
        guard status.count >= 2, status[0] == "HTTP/1.1", let code = Int(status[1]) else {
            throw Failure(description: "no status line: \(status)")
        }
        var reply = Reply(status: code, headers: [:], body: [])
        while true {
            let line = try line()
            if line.isEmpty { return reply }
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            reply.headers.add(String(parts[0]), String(value))
        }
    }

    private func line() throws -> String {
        var scanned = 0
        while true {
            if let end = buffer[scanned...].firstIndex(of: 10) {
                let line = buffer[..<end].dropLast()
                buffer.removeSubrange(...end)
                return String(decoding: line, as: UTF8.self)
            }
            scanned = buffer.count
            guard try fill() else { throw Failure(description: "the end inside a line") }
        }
    }

    func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Failure(description: "the end inside a body") }
        }
        let taken = Array(buffer[..<count])
        buffer.removeSubrange(..<count)
        return taken
    }

    private func fill() throws -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        guard count >= 0 else { throw Failure(description: "receive: \(errno)") }
        buffer += piece[..<count]
        return count > 0
    }
}

import CEpoll
import Glibc

/// Where a server listens: a numeric address and a port, `127.0.0.1:8080` or `[::1]:8080`.
///
/// Names are not looked up: a server that listens somewhere else after a change of DNS surprises.
public struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address, without the brackets of IPv6.
    public let host: String
    /// 0 lets the system choose.
    public let port: UInt16
    private let isV6: Bool

    /// Reads `127.0.0.1:8080` or `[::1]:8080`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit), let port = UInt16(digits) else {
            return nil
        }
        var host = text[..<colon]
        isV6 = host.hasPrefix("[") && host.hasSuffix("]")
        if isV6 { host = host.dropFirst().dropLast() }
        self.host = String(host)
        self.port = port
        var storage = sockaddr_storage()
        guard fill(&storage) != nil else { return nil }
    }

    public var description: String { isV6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Writes the system's form of the address and answers its length.
    private func fill(_ storage: inout sockaddr_storage) -> socklen_t? {
        unsafe withUnsafeMutableBytes(of: &storage) { bytes -> socklen_t? in
            if isV6 {
                var address = sockaddr_in6()
                address.sin6_family = sa_family_t(AF_INET6)
                address.sin6_port = port.bigEndian
                guard unsafe inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return nil }
                unsafe bytes.storeBytes(of: address, as: sockaddr_in6.self)
                return socklen_t(MemoryLayout<sockaddr_in6>.size)
            }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
            unsafe bytes.storeBytes(of: address, as: sockaddr_in.self)
            return socklen_t(MemoryLayout<sockaddr_in>.size)
        }
    }

    /// A listening socket on this address.
    func listen(backlog: Int32) throws(ListeningFailure) -> Int32 {
        var storage = sockaddr_storage()
        guard let length = fill(&storage) else {
            throw ListeningFailure("\(self) is no address")
        }
        let descriptor = unsafe cepoll_listen(&storage, length, backlog)
        guard descriptor >= 0 else {
            let reason = unsafe String(cString: strerror(-descriptor))
            throw ListeningFailure("cannot listen on \(self): \(reason)")
        }
        return descriptor
    }
}

/// Why a server could not begin to listen, in a sentence that names the address.
public struct ListeningFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

internal import Glibc

/// An IP address as a number, so that a range is a comparison.
enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// 4 or 16 bytes in network order; nil for any other count.
    init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// Reads the one usual way to write an address, without brackets: `127.0.0.1`, `::1`.
    init?(_ text: String) {
        if let address = Self.v4(strict: text) ?? Self.v6(text) {
            self = address
        } else {
            return nil
        }
    }

    /// Reads an IPv4 address in every way that C libraries do: `127.1`, `0x7f000001`,
    /// `017700000001`.
    ///
    /// Two readers that disagree about a name would be a way past the filter, so this is the
    /// system's own.
    static func v4(loose text: String) -> IPAddress? {
        // It takes whatever follows a blank for a comment.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var address = in_addr()
        guard unsafe inet_aton(text, &address) != 0 else { return nil }
        return .v4(UInt32(bigEndian: address.s_addr))
    }

    private static func v4(strict text: String) -> IPAddress? {
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return .v4(UInt32(bigEndian: address.s_addr))
    }

    /// Reads an IPv6 address without brackets or zone.
    static func v6(_ text: String) -> IPAddress? {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return unsafe withUnsafeBytes(of: address) { unsafe IPAddress(bytes: $0) }
    }
}

extension IPAddress: CustomStringConvertible {
    var description: String {
        switch self {
        case .v4(let number):
            return (0..<4).map { "\(number >> (24 - 8 * UInt32($0)) & 0xFF)" }
                .joined(separator: ".")
        case .v6(let number):
            var address = in6_addr()
            unsafe withUnsafeMutableBytes(of: &address) { bytes in
                unsafe bytes.storeBytes(of: number.bigEndian, as: UInt128.self)
            }
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            unsafe inet_ntop(AF_INET6, &address, &text, socklen_t(text.count))
            return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self)
        }
    }
}

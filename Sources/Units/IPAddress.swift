import Glibc

/// An IP address as a number, so that a range is a comparison.
public enum IPAddress: Hashable, Sendable {
    case v4(UInt32)
    case v6(UInt128)

    /// 4 or 16 bytes in network order; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        switch bytes.count {
        case 4: self = .v4(bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16: self = .v6(bytes.reduce(0) { $0 << 8 | UInt128($1) })
        default: return nil
        }
    }

    /// Reads the one usual way to write an address, without brackets: `127.0.0.1`, `::1`.
    public init?(_ text: String) {
        if let address = Self.v4(strict: text) ?? Self.v6(text) {
            self = address
        } else {
            return nil
        }
    }

    private static func v4(strict text: String) -> IPAddress? {
        var address = in_addr()
        guard unsafe inet_pton(AF_INET, text, &address) == 1 else { return nil }
        return .v4(UInt32(bigEndian: address.s_addr))
    }

    /// Reads an IPv6 address without brackets or zone.
    public static func v6(_ text: String) -> IPAddress? {
        var address = in6_addr()
        guard unsafe inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return unsafe withUnsafeBytes(of: address) { unsafe IPAddress(bytes: $0) }
    }
}

extension IPAddress {
    /// The IPv4 address inside of a mapped one (`::ffff:192.0.2.1`), which is how a socket for both
    /// kinds names it; any other as it is. Two names for one caller would be two allowances.
    public var normalised: IPAddress {
        guard case .v6(let number) = self, number >> 32 == 0xFFFF else { return self }
        return .v4(UInt32(truncatingIfNeeded: number))
    }

    /// What limits by address count as one caller: an IPv4 address alone, an IPv6 address with all
    /// of its /64. Whoever has one address of a /64 can have any other.
    public var throttlingUnit: AddressRange {
        switch normalised {
        case .v4(let number): AddressRange(.v4(number), bits: 32)
        case .v6(let number): AddressRange(.v6(number), bits: 64)
        }
    }
}

extension IPAddress: CustomStringConvertible {
    public var description: String {
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

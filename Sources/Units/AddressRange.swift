/// The addresses that begin with the same bits: `10.0.0.0/8`.
public struct AddressRange: Hashable, Sendable {
    /// Why ranges cannot be read, in a sentence that names the entry.
    public struct Unreadable: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) {
            self.description = description
        }
    }

    public let first: IPAddress
    public let bits: Int

    /// The range of the first `bits` of `address`, wherever in it that stands.
    init(_ address: IPAddress, bits: Int) {
        first = Self.masked(address, bits)
        self.bits = bits
    }

    /// Reads `10.0.0.0/8`, `fc00::/7`, or one address; what it throws is a sentence.
    public init(_ text: String) throws(Unreadable) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = IPAddress(String(parts[0])) else {
            throw .init("\(text) is no address or range of addresses")
        }
        let width =
            switch address {
            case .v4: 32
            case .v6: 128
            }
        first = address
        guard parts.count > 1 else {
            bits = width
            return
        }
        let digits = parts[1]
        guard parts.count == 2, (1...3).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let bits = Int(digits),
            bits <= width
        else { throw .init("\(text) needs a number from 0 to \(width) after its slash") }
        self.bits = bits
        // Whoever writes 10.1.0.0/8 may mean a 16, and would allow much more.
        guard Self.masked(address, bits) == address else {
            throw .init("\(text) has bits set after the first \(bits)")
        }
    }

    public func contains(_ address: IPAddress) -> Bool {
        Self.masked(address, bits) == first
    }

    /// `address` with zeros after the first `bits`. A shift by the whole width leaves nothing.
    private static func masked(_ address: IPAddress, _ bits: Int) -> IPAddress {
        switch address {
        case .v4(let number): .v4(number & (UInt32.max << (32 - bits)))
        case .v6(let number): .v6(number & (UInt128.max << (128 - bits)))
        }
    }
}

extension AddressRange: CustomStringConvertible {
    public var description: String { "\(first)/\(bits)" }
}

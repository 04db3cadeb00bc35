/// The identifier of one `Of`: a UUID of version 7 (RFC 9562, section 5.7).
///
/// Its first 48 bits are milliseconds since 1970, so ids sort by birth, and a table partitioned by
/// month can be partitioned on the id itself. Whoever makes a row makes its id.
public struct ID<Of>: Hashable, Comparable, Sendable {
    /// The first eight bytes, most significant first.
    public let high: UInt64
    /// The last eight bytes, most significant first.
    public let low: UInt64

    /// An id from its two halves, as PostgreSQL sends them.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new id born at `now`, with 74 random bits from `generator`.
    public init(at now: Timestamp, using generator: inout some RandomNumberGenerator) {
        let milliseconds = UInt64(max(0, now.microseconds / 1000)) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &generator)
        low = 0x8000_0000_0000_0000 | (generator.next() >> 2)
    }

    /// A new id born at `now`, random by the system's generator.
    public init(at now: Timestamp) {
        var generator = SystemRandomNumberGenerator()
        self.init(at: now, using: &generator)
    }

    /// The smallest id that could be born at `now`: a bound for searching by time.
    public static func earliest(at now: Timestamp) -> ID {
        ID(high: UInt64(max(0, now.microseconds / 1000)) << 16, low: 0)
    }

    /// When it was born, to the millisecond. Meaningless for an id that is not of version 7.
    public var born: Timestamp {
        Timestamp(microseconds: Int64(high >> 16) * 1000)
    }

    /// The same identifier seen as that of another thing: a job is a generation.
    public func of<Other>(_: Other.Type) -> ID<Other> {
        ID<Other>(high: high, low: low)
    }

    public static func < (left: ID, right: ID) -> Bool {
        left.high != right.high ? left.high < right.high : left.low < right.low
    }
}

extension ID: CustomStringConvertible {
    /// Reads the usual form of 36 characters, in either case; nil when it is anything else.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 36 else { return nil }
        var halves: (high: UInt64, low: UInt64) = (0, 0)
        var nibbles = 0
        for (position, byte) in text.utf8.enumerated() {
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let nibble = Self.nibble(byte) else { return nil }
            if nibbles < 16 {
                halves.high = halves.high << 4 | nibble
            } else {
                halves.low = halves.low << 4 | nibble
            }
            nibbles += 1
        }
        self.init(high: halves.high, low: halves.low)
    }

    private static func nibble(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The usual form of 36 lower-case characters.
    public var description: String {
        unsafe String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    unsafe text[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> (60 - UInt64(nibble % 16) * 4) & 0xF)
                unsafe text[position] =
                    digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            return 36
        }
    }
}

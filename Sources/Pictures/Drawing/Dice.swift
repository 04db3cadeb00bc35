/// Numbers that look random and are the same on every machine, for ever: SplitMix64.
///
/// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014. Swift's
/// own `Hasher` is seeded anew in each process, and `random(in:)` may change between versions.
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// From 0 up to, but not, 1.
    mutating func unit() -> Float {
        Self.unit(next())
    }

    /// From `low` up to `high`.
    mutating func between(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * unit()
    }

    /// One of 0 ..< `count`.
    mutating func index(below count: Int) -> Int {
        Int(next() % UInt64(count))
    }

    static func mixed(_ number: UInt64) -> UInt64 {
        var mixed = number
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The upper 24 bits as a fraction: every one of them is a `Float` exactly.
    static func unit(_ bits: UInt64) -> Float {
        Float(UInt32(truncatingIfNeeded: bits >> 40)) * (1 / 16_777_216)
    }

    /// FNV-1a of a text's UTF-8.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

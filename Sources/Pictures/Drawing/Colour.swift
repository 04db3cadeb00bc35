/// Red, green and blue from 0 to 255, with alpha in the last lane: one register a pixel.
typealias Colour = SIMD4<Float>

extension SIMD4<Float> {
    /// An opaque colour from its usual six hexadecimal digits.
    init(_ hex: UInt32) {
        self.init(Float(hex >> 16 & 255), Float(hex >> 8 & 255), Float(hex & 255), 255)
    }

    /// The colour `part` of the way to `other`.
    @inline(__always)
    func mixed(with other: Colour, _ part: Float) -> Colour {
        self + (other - self) * part
    }
}

extension Float {
    var clampedToUnit: Float { Swift.max(0, Swift.min(1, self)) }

    /// 0 below `low`, 1 above `high`, and an S between.
    func step(_ low: Float, _ high: Float) -> Float {
        let part = ((self - low) / (high - low)).clampedToUnit
        return part * part * (3 - 2 * part)
    }
}

/// One row of the picture while it is painted, before it is rounded to eight bits.
typealias PaintRow = MutableSpan<Colour>

extension MutableSpan<Colour> {
    /// Lays `colour` over the pixel at `x`, which it covers to the given part.
    @inline(__always)
    mutating func lay(_ colour: Colour, over x: Int, cover: Float) {
        let below = self[x]
        self[x] = below + (colour - below) * cover
    }

    /// Lays `colour` from `left` to `right`, whose fractions soften the ends.
    mutating func lay(_ colour: Colour, from left: Float, to right: Float, cover: Float = 1) {
        let (left, right) = (Swift.max(0, left), Swift.min(Float(count), right))
        guard right > left else { return }
        let (first, last) = (Int(left), Swift.min(Int(right), count - 1))
        if first == last {
            lay(colour, over: first, cover: (right - left) * cover)
            return
        }
        lay(colour, over: first, cover: (Float(first + 1) - left) * cover)
        for x in first + 1..<Swift.max(first + 1, last) { lay(colour, over: x, cover: cover) }
        lay(colour, over: last, cover: (right - Float(last)) * cover)
    }
}

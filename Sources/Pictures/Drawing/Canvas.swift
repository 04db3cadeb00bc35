/// The finished pixels of a picture on its way, in memory that becomes the bitmap's own.
@safe struct Canvas: ~Copyable {
    let size: PixelSize
    private let pixels: UnsafeMutablePointer<UInt32>

    /// What is added before rounding down, over 4 × 4 pixels: it breaks up the bands that smooth
    /// gradients have at eight bits. A regular pattern costs the encoders little; noise costs much.
    private static let thresholds: [Float] = [
        0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5,
    ].map { ($0 + 0.5) / 16 - 0.5 }

    /// `pixels` must hold `size.pixels` and outlive the canvas.
    @unsafe init(size: PixelSize, pixels: UnsafeMutablePointer<UInt32>) {
        self.size = size
        unsafe self.pixels = unsafe pixels
    }

    /// The colour of a finished pixel.
    @inline(__always)
    func colour(x: Int, y: Int) -> Colour {
        // Callers stay within the picture; this is read for every pixel of a lake.
        assert(x >= 0 && x < size.width && y >= 0 && y < size.height)
        let bits = unsafe pixels[y * size.width + x]
        let lanes = SIMD4<UInt32>(repeating: bits) &>> SIMD4<UInt32>(0, 8, 16, 24) & 255
        return unsafe unsafeBitCast(lanes | 0x4B00_0000, to: Colour.self) - 8_388_608
    }

    /// Takes the finished row back, to paint on.
    func load(_ row: inout PaintRow, y: Int) {
        for x in 0..<size.width { row[x] = colour(x: x, y: y) }
    }

    /// Rounds `row` to eight bits. A row that was loaded comes back unchanged.
    func store(_ row: borrowing PaintRow, y: Int) {
        let start = (y & 3) << 2
        let thresholds = Self.thresholds
        let (a, b) = (thresholds[start], thresholds[start + 1])
        let (c, d) = (thresholds[start + 2], thresholds[start + 3])
        let line = unsafe pixels + y * size.width
        let width = size.width
        var x = 0
        while x + 4 <= width {
            unsafe line[x] = Self.packed(row[x] + a)
            unsafe line[x + 1] = Self.packed(row[x + 1] + b)
            unsafe line[x + 2] = Self.packed(row[x + 2] + c)
            unsafe line[x + 3] = Self.packed(row[x + 3] + d)
            x += 4
        }
        while x < width {
            unsafe line[x] = Self.packed(row[x] + thresholds[start + (x & 3)])
            x += 1
        }
    }

    @inline(__always)
    private static func packed(_ colour: Colour) -> UInt32 {
        // `clamped` is not inlined and takes a third of the whole drawing.
        let value = colour.replacing(with: 0, where: colour .< 0)
            .replacing(with: 255, where: colour .> 255)
        // Adding 2²³ leaves the rounded number in the lowest bits: no conversion that can trap.
        let halves = unsafe unsafeBitCast(value + 8_388_608, to: SIMD2<UInt64>.self)
        let (redGreen, blue) = (halves[0], halves[1])
        return UInt32(
            truncatingIfNeeded: redGreen & 0xFF | redGreen >> 24 & 0xFF00 | (blue & 0xFF) << 16
                | 0xFF00_0000)
    }
}

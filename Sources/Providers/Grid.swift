public import Pictures

/// A picture that is several.
public enum Grid {
    /// The `side` × `side` pictures of a grid, row by row. It computes: not for an event loop.
    public static func cut(_ bitmap: Bitmap, side: Int) -> [Bitmap] {
        precondition(side > 0, "a grid has a side")
        let size = PixelSize(width: bitmap.size.width / side, height: bitmap.size.height / side)
        guard size.width > 0, size.height > 0 else { return [bitmap] }
        return (0..<side * side).map { index in
            let (left, top) = (index % side * size.width, index / side * size.height)
            var pixels: [UInt8] = []
            pixels.reserveCapacity(size.pixels * 4)
            for row in top..<top + size.height {
                let start = (row * bitmap.size.width + left) * 4
                pixels += bitmap.pixels[start..<start + size.width * 4]
            }
            return Bitmap(size: size, pixels: pixels)
        }
    }
}

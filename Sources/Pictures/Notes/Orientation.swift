/// How a picture's rows and columns are to be shown: EXIF's tag 274, TIFF 6.0's `Orientation`.
public enum Orientation: UInt8, CaseIterable, Sendable {
    case upright = 1
    case mirrored, turnedAround, mirroredDown, transposed, turnedRight, transversed, turnedLeft

    /// Whether width and height change places.
    var swapsSides: Bool { rawValue >= 5 }

    /// How large a stored picture of `size` is shown.
    public func shown(_ size: PixelSize) -> PixelSize {
        swapsSides ? PixelSize(width: size.height, height: size.width) : size
    }
}

extension Bitmap {
    /// As it is shown, when it is stored as `orientation` says.
    func turned(_ orientation: Orientation) -> Bitmap {
        guard orientation != .upright else { return self }
        let (last, lowest) = (size.width - 1, size.height - 1)
        let shown = orientation.shown(size)
        var turned = [UInt8](repeating: 0, count: pixels.count)
        unsafe pixels.withUnsafeBytes { from in
            unsafe turned.withUnsafeMutableBytes { to in
                let (from, to) = unsafe (
                    from.bindMemory(to: UInt32.self), to.bindMemory(to: UInt32.self)
                )
                for y in 0..<shown.height {
                    for x in 0..<shown.width {
                        let (column, row) =
                            switch orientation {
                            case .upright: (x, y)
                            case .mirrored: (last - x, y)
                            case .turnedAround: (last - x, lowest - y)
                            case .mirroredDown: (x, lowest - y)
                            case .transposed: (y, x)
                            case .turnedRight: (y, lowest - x)
                            case .transversed: (last - y, lowest - x)
                            case .turnedLeft: (last - y, x)
                            }
                        unsafe to[y * shown.width + x] = unsafe from[row * size.width + column]
                    }
                }
            }
        }
        return Bitmap(size: shown, pixels: turned)
    }
}

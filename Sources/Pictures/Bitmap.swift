/// Width and height in pixels.
public struct PixelSize: Hashable, Sendable, CustomStringConvertible {
    public var width: Int
    public var height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// All pixels. No overflow within any format's largest side.
    public var pixels: Int { width * height }

    public var description: String { "\(width)×\(height)" }
}

/// A decoded picture.
public struct Bitmap: Sendable {
    public let size: PixelSize
    /// RGBA, eight bits each, straight alpha, rows from the top, no padding.
    public let pixels: [UInt8]

    /// A picture of `size`, whose `pixels` must be exactly four bytes a pixel.
    public init(size: PixelSize, pixels: [UInt8]) {
        precondition(size.width > 0 && size.height > 0, "a picture has at least one pixel")
        precondition(pixels.count == size.pixels * 4, "a picture has four bytes a pixel")
        self.size = size
        self.pixels = pixels
    }

    /// Whether no pixel lets anything shine through.
    public var isOpaque: Bool {
        unsafe pixels.withUnsafeBufferPointer { bytes in
            var all: UInt8 = 255
            var position = 3
            while position < bytes.count {
                unsafe all &= bytes[position]
                position += 4
            }
            return all == 255
        }
    }

    /// Whether a pixel has an alpha below `alpha`.
    public func letsThrough(below alpha: UInt8) -> Bool {
        unsafe pixels.withUnsafeBufferPointer { bytes in
            var position = 3
            while position < bytes.count {
                if unsafe bytes[position] < alpha { return true }
                position += 4
            }
            return false
        }
    }
}

/// What a picture's header says.
public struct PictureInfo: Hashable, Sendable {
    public let format: ImageFormat
    public let size: PixelSize
    /// Whether it can have transparent pixels.
    public let hasAlpha: Bool
}

/// The largest picture that is looked at.
public struct PictureLimits: Hashable, Sendable {
    /// The file, in bytes.
    public var bytesMax: Int
    /// Width and height each, in pixels.
    public var sideMax: Int
    /// Width times height.
    public var pixelsMax: Int

    public init(bytesMax: Int, sideMax: Int, pixelsMax: Int) {
        self.bytesMax = bytesMax
        self.sideMax = sideMax
        self.pixelsMax = pixelsMax
    }

    /// 16 MiB, 8192 pixels a side, 64 megapixels: above what any model takes or makes, and at most
    /// 256 MB once decoded.
    public static let standard = PictureLimits(
        bytesMax: 16 << 20, sideMax: 8192, pixelsMax: 64_000_000)

    func check(_ size: PixelSize) throws(PictureFailure) {
        guard size.width > 0, size.height > 0 else { throw .noPixels }
        guard size.width <= sideMax, size.height <= sideMax else {
            throw .sideTooLong(size, sideMax: sideMax)
        }
        guard size.pixels <= pixelsMax else { throw .tooManyPixels(size, pixelsMax: pixelsMax) }
    }
}

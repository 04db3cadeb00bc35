/// Why bytes are no picture that we take, or a picture cannot be written.
public enum PictureFailure: Error, Hashable, Sendable, CustomStringConvertible {
    /// The content is that of no picture format known to us, whatever it is named.
    case notAPicture
    /// A picture of a kind that we do not read; the text names it, as in `GIF`.
    case unsupported(String)
    /// The file is too long.
    case tooManyBytes(Int, bytesMax: Int)
    case sideTooLong(PixelSize, sideMax: Int)
    case tooManyPixels(PixelSize, pixelsMax: Int)
    /// Its width or height is zero.
    case noPixels
    /// The file ends before the picture does.
    case truncated(ImageFormat)
    /// It breaks its format's rules; the text says how.
    case corrupt(ImageFormat, String)
    /// The format cannot hold the picture, or its library gave up; the text says why.
    case unwritable(ImageFormat, String)

    /// One sentence for the person who sent the picture.
    public var description: String {
        switch self {
        case .notAPicture:
            "The file is not a picture: PNG, JPEG and WebP are accepted."
        case .unsupported(let kind):
            "The picture is \(kind), which is not supported: PNG, JPEG and WebP are accepted."
        case .tooManyBytes(let count, let bytesMax):
            "The picture has \(count) bytes; at most \(bytesMax) are accepted."
        case .sideTooLong(let size, let sideMax):
            "The picture has \(size) pixels; at most \(sideMax) a side are accepted."
        case .tooManyPixels(let size, let pixelsMax):
            "The picture has \(size) pixels; at most \(pixelsMax) in all are accepted."
        case .noPixels:
            "The picture has no pixels."
        case .truncated(let format):
            "The \(format.name) picture ends too early: part of the file is missing."
        case .corrupt(let format, let reason):
            "The \(format.name) picture is damaged: \(reason)."
        case .unwritable(let format, let reason):
            "The picture cannot be written as \(format.name): \(reason)."
        }
    }
}

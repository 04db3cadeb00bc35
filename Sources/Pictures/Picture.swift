/// Reading, checking and writing pictures.
///
/// All of it computes: call it on a pool, not on an event loop. Nothing is kept between calls.
public enum Picture {
    /// The format that `bytes` begin as, judged by content; nil when it is none of ours.
    public static func format(of bytes: [UInt8]) -> ImageFormat? {
        if bytes.starts(with: PNG.signature) { return .png }
        if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
        if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
            return .webp
        }
        return nil
    }

    /// What the header says, checked against `limits` before anything of the picture's size is
    /// allocated. A header may promise a picture that is damaged further on: only `decode` knows.
    public static func inspect(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureFailure) -> PictureInfo {
        guard bytes.count <= limits.bytesMax else {
            throw .tooManyBytes(bytes.count, bytesMax: limits.bytesMax)
        }
        guard let format = format(of: bytes) else {
            throw ForeignFormat.name(of: bytes).map { .unsupported($0) } ?? .notAPicture
        }
        let info =
            switch format {
            case .png: try PNG.inspect(bytes)
            case .jpeg: try JPEG.inspect(bytes).info
            case .webp: try WebP.inspect(bytes)
            }
        try limits.check(info.size)
        return info
    }

    /// The whole picture as it is shown. A truncated or damaged file is refused, never completed with
    /// grey.
    public static func decode(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureFailure) -> Bitmap {
        try decodeShown(bytes, limits: limits).bitmap
    }

    /// `bitmap` as a file. `quality` from 0 to 100 counts for JPEG (85 when nil) and WebP (80).
    ///
    /// JPEG knows no transparency: it shows the picture over white.
    public static func encode(
        _ bitmap: Bitmap, as format: ImageFormat, quality: Int? = nil
    ) throws(PictureFailure) -> [UInt8] {
        precondition(quality.map { (0...100).contains($0) } ?? true, "quality is 0 to 100")
        guard max(bitmap.size.width, bitmap.size.height) <= format.sideMax else {
            throw .unwritable(format, "a side can have at most \(format.sideMax) pixels")
        }
        return switch format {
        case .png: try PNG.encode(bitmap)
        case .jpeg: try JPEG.encode(bitmap, quality: quality ?? JPEG.qualityDefault)
        case .webp: try WebP.encode(bitmap, quality: quality ?? WebP.qualityDefault)
        }
    }
}

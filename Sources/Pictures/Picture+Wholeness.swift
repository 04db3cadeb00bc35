/// A picture of which nothing is missing.
public struct WholePicture: Hashable, Sendable {
    public let info: PictureInfo
    /// Bytes of the file that are the picture's. What follows them is none of it.
    public let byteCount: Int
}

extension Picture {
    /// What the header says, of a file that was read to its end: all its parts are there, their
    /// checksums are right where the format has some, and its pixels can be unpacked.
    ///
    /// A PNG is unpacked row by row; a JPEG or WebP is decoded, which takes the room of its pixels.
    public static func inspectWhole(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureFailure) -> WholePicture {
        let info = try inspect(bytes, limits: limits)
        let pieces =
            switch info.format {
            case .png: try PNG.checkWhole(bytes)
            case .jpeg: try JPEG.checkWhole(bytes)
            case .webp: try WebP.checkWhole(bytes, size: info.size)
            }
        return WholePicture(info: info, byteCount: pieces.end)
    }
}

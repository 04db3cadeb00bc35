/// A picture of which nothing is missing.
public struct WholePicture: Sendable {
    public let info: PictureInfo
    /// Bytes of the file that are the picture's. What follows them is none of it.
    public var byteCount: Int { pieces.end }
    /// As large as it is shown: some cameras store pictures turned.
    public var shownSize: PixelSize { notes.orientation.shown(info.size) }
    /// Whether it is stored otherwise than it is shown.
    public var isTurned: Bool { notes.orientation != .upright }
    /// Whether it carries content credentials (C2PA).
    public var hasCredentials: Bool { notes.hasCredentials }
    let pieces: FilePieces
    let notes: PictureNotes
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
        return WholePicture(
            info: info, pieces: pieces, notes: PictureNotes(of: bytes, pieces, info.format))
    }
}

/// What a picture file says beside its pixels, as far as we look at it.
struct PictureNotes: Sendable {
    var orientation = Orientation.upright
    /// The ICC profile that its colours are in; nil for sRGB.
    var profile: [UInt8]?
    /// Whether it carries content credentials (C2PA).
    var hasCredentials = false

    /// Larger than any profile of a camera or a screen.
    static let profileMax = 4 << 20

    /// The profile, where it fits pixels that are red, green and blue: bytes 16 to 19 of an ICC
    /// profile name the colours that it is for.
    var colourProfile: [UInt8]? {
        profile.flatMap { $0.count > 128 && $0.tag(at: 16) == "RGB " ? $0 : nil }
    }

    init() {}

    init(of bytes: [UInt8], _ pieces: FilePieces, _ format: ImageFormat) {
        switch format {
        case .png: self = PNG.notes(of: bytes, pieces)
        case .jpeg: self = JPEG.notes(of: bytes, pieces)
        case .webp: self = WebP.notes(of: bytes, pieces)
        }
    }
}

/// What is put into a picture file beside its pixels.
struct PictureLabel {
    var profile: [UInt8]?
    /// An XMP packet.
    var xmp: [UInt8]?
    /// Said when it is not upright.
    var orientation = Orientation.upright

    var isEmpty: Bool { profile == nil && xmp == nil && orientation == .upright }
    var exif: [UInt8]? { orientation == .upright ? nil : EXIF.saying(orientation) }
}

/// A picture as it is shown: its rows and columns in the order in which they are seen.
public struct ShownPicture: Sendable {
    public let bitmap: Bitmap
    /// The ICC profile of its colours; nil for sRGB, and for a profile of other than red, green and
    /// blue, which the pixels are not in any more.
    public let profile: [UInt8]?
}

extension Picture {
    /// The file of a picture that is whole, without what it says beside its pixels: no place, no
    /// camera, no text, no preview, nothing behind its end. The bytes of its pixels stay, its colour
    /// profile, and how it is to be turned. The same bytes where there is nothing else.
    public static func stripped(_ bytes: [UInt8], _ whole: WholePicture) -> [UInt8] {
        bare(
            bytes, whole.pieces, whole.info.format,
            label: PictureLabel(orientation: whole.notes.orientation))
    }

    /// The picture as it is shown.
    public static func decodeShown(
        _ bytes: [UInt8], limits: PictureLimits = .standard
    ) throws(PictureFailure) -> ShownPicture {
        let info = try inspect(bytes, limits: limits)
        let bitmap =
            switch info.format {
            case .png: try PNG.decode(bytes, size: info.size)
            case .jpeg: try JPEG.decode(bytes)
            case .webp: try WebP.decode(bytes, size: info.size)
            }
        // What has pixels has its parts too; should it not, it says nothing beside them.
        let pieces = try? pieces(of: bytes, info.format)
        let notes = pieces.map { PictureNotes(of: bytes, $0, info.format) } ?? PictureNotes()
        return ShownPicture(
            bitmap: bitmap.turned(notes.orientation), profile: notes.colourProfile)
    }

    /// `bitmap` as a file that says where it comes from: by its colour profile, and with `isGenerated`
    /// that a trained model made it (IPTC's digital source type, as XMP).
    public static func encode(
        _ bitmap: Bitmap, as format: ImageFormat, quality: Int? = nil, profile: [UInt8]?,
        isGenerated: Bool
    ) throws(PictureFailure) -> [UInt8] {
        let file = try encode(bitmap, as: format, quality: quality)
        let label = PictureLabel(profile: profile, xmp: isGenerated ? XMP.generated : nil)
        guard !label.isEmpty else { return file }
        return bare(file, try pieces(of: file, format), format, label: label)
    }

    private static func pieces(
        of bytes: [UInt8], _ format: ImageFormat
    ) throws(PictureFailure) -> FilePieces {
        switch format {
        case .png: try PNG.chunks(of: bytes)
        case .jpeg: try JPEG.segments(of: bytes)
        case .webp: try WebP.chunks(of: bytes)
        }
    }

    /// The file of `pieces` with what its pixels need and `label`, and nothing else: no place, no
    /// camera, no text, no preview.
    static func bare(
        _ bytes: [UInt8], _ pieces: FilePieces, _ format: ImageFormat, label: PictureLabel
    ) -> [UInt8] {
        switch format {
        case .png: PNG.bare(bytes, pieces, label)
        case .jpeg: JPEG.bare(bytes, pieces, label)
        case .webp: WebP.bare(bytes, pieces, label)
        }
    }
}

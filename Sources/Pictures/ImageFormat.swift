/// The formats that are read and written.
public enum ImageFormat: String, CaseIterable, Sendable {
    case png, jpeg, webp

    /// The registered media type, as in `Content-Type`.
    public var mediaType: String { "image/\(rawValue)" }

    /// What a file's name ends in, without the dot.
    public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

    /// The format of a media type, without regard to case, parameters or the alias `image/jpg`.
    public init?(mediaType: String) {
        let essence = mediaType.prefix { $0 != ";" && $0 != " " }.lowercased()
        switch essence {
        case "image/png": self = .png
        case "image/jpeg", "image/jpg": self = .jpeg
        case "image/webp": self = .webp
        default: return nil
        }
    }

    /// What people call it.
    public var name: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        }
    }

    /// The longest side that the format can hold, in pixels.
    var sideMax: Int {
        switch self {
        case .png: 1_000_000  // libpng's own bound; the format's is 2³¹ − 1
        case .jpeg: 65_500  // libjpeg's JPEG_MAX_DIMENSION
        case .webp: 16_383  // 14 bits in the frame header
        }
    }
}

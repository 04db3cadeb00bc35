public import Pictures
public import Storage

/// A picture that a request starts from, checked and kept until its generation has ended.
public struct InputPicture: Hashable, Sendable {
    public let name: StoredName
    public let format: ImageFormat
    public let size: PixelSize
    public let byteCount: Int

    public init(name: StoredName, format: ImageFormat, size: PixelSize, byteCount: Int) {
        self.name = name
        self.format = format
        self.size = size
        self.byteCount = byteCount
    }
}

/// A picture that a request names, before anybody has looked at it.
public struct AskedPicture: Hashable, Sendable {
    public enum Source: Hashable, Sendable {
        /// Came with the request's body.
        case spooled(SpooledFile)
        /// Is to be fetched, is an upload of ours, or holds the picture itself (`data:image/…`).
        case url(String)
    }

    public let source: Source
    /// What the dialect calls it, for refusals: `image`, `images[2].image_url`.
    public let field: String

    public init(_ source: Source, field: String) {
        self.source = source
        self.field = field
    }
}

/// A part of a request's body that was written to disk while it came.
public struct SpooledFile: Hashable, Sendable {
    /// Among the inputs of the store, under a name that nobody was told.
    public let name: StoredName
    public let byteCount: Int

    public init(name: StoredName, byteCount: Int) {
        self.name = name
        self.byteCount = byteCount
    }
}

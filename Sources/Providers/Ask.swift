public import Pictures
public import Units

/// One call's worth of pictures, as an adapter is asked for it: nothing is left to decide.
public struct Ask: Sendable {
    /// The vendor's own name of the model.
    public var model: String
    public var prompt: String
    /// Pictures of this call: never more than the endpoint makes in one.
    public var n: Int
    /// What is to be made; of an endpoint that knows only ratios and tiers, their picture.
    public var size: PixelSize
    /// As the endpoint's descriptors spell it, such as `16:9`; nil where it knows no ratios.
    public var ratio: String?
    /// As the endpoint's descriptors spell it, such as `2K`; nil where it knows no tiers.
    public var tier: String?
    /// Nil for the vendor's choice.
    public var quality: String?
    /// What the customer wants; a vendor that does not make it may send another.
    public var format: ImageFormat
    /// 0 to 100 for JPEG and WebP.
    public var compression: Int?
    /// Nil where the endpoint takes none.
    public var seed: Int64?
    public var options: [PictureOption: PictureOption.Value]
    /// Pictures to start from, in the customer's order.
    public var inputs: [InputFile]
    /// Where to redraw the first of them: PNG, transparent where it is to change.
    public var mask: InputFile?
    /// Pictures that are wanted while the last one is drawn.
    public var partials: Int
    /// What the customer has for this vendor alone; keys that the endpoint does not allow are gone.
    public var passthrough: [String: JSONValue]
    /// Ours, for vendors that take a key by which a repetition is known: the generation's id.
    public var idempotencyKey: String

    public init(
        model: String, prompt: String, n: Int = 1,
        size: PixelSize = PixelSize(width: 1024, height: 1024), ratio: String? = nil,
        tier: String? = nil, quality: String? = nil, format: ImageFormat = .png,
        compression: Int? = nil, seed: Int64? = nil,
        options: [PictureOption: PictureOption.Value] = [:], inputs: [InputFile] = [],
        mask: InputFile? = nil, partials: Int = 0, passthrough: [String: JSONValue] = [:],
        idempotencyKey: String = ""
    ) {
        self.model = model
        self.prompt = prompt
        self.n = n
        self.size = size
        self.ratio = ratio
        self.tier = tier
        self.quality = quality
        self.format = format
        self.compression = compression
        self.seed = seed
        self.options = options
        self.inputs = inputs
        self.mask = mask
        self.partials = partials
        self.passthrough = passthrough
        self.idempotencyKey = idempotencyKey
    }
}

/// A picture of the customer's, whole.
public struct InputFile: Sendable {
    public let bytes: [UInt8]
    public let format: ImageFormat
    public let size: PixelSize

    public init(bytes: [UInt8], format: ImageFormat, size: PixelSize) {
        self.bytes = bytes
        self.format = format
        self.size = size
    }
}

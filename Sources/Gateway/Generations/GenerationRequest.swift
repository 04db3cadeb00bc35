public import Pictures
public import Providers
import Threads
import Units

/// What every dialect translates into: one prompt, n images.
public struct GenerationRequest: Sendable {
    /// Which request shape it came in.
    public enum Dialect: String, Sendable {
        case imageRouter = "imagerouter"
        case openAI = "openai"
        case imaRouter = "imarouter"
        case jobs = "jobs"
        case openRouter = "openrouter"
    }

    /// What is asked of a picture's dimensions.
    public enum Size: Hashable, Sendable {
        /// The model's own choice.
        case auto
        case pixels(PixelSize)
        /// Width to height, as in 16:9, and how large; what is not said is the model's choice.
        case shape(Ratio?, Tier?)
    }

    /// Whether pictures are kept after the answer.
    public enum Keeping: Hashable, Sendable {
        /// In the store, with a URL.
        case kept
        /// Nowhere: they are in the answer and are then gone.
        case ephemeral
    }

    public var dialect: Dialect
    public var model: String
    public var prompt: String
    public var n: Int
    public var size: Size
    /// What the caller calls things, for refusals.
    public var names: FieldNames
    /// `low`, `high` and such; nil or `auto` for the provider's choice.
    public var quality: String?
    public var format: ImageFormat
    /// Whether the caller has no wish, and the dialect promises none: then a vendor's own file is
    /// delivered as it is.
    public var takesAnyFormat = false
    /// 0 to 100 for JPEG and WebP; nil for the codec's default.
    public var compression: Int?
    /// Nil for one drawn at random, which is then written down.
    public var seed: Int64?
    public var keeping: Keeping
    /// Whom to tell how it ends.
    public var webhook: RequestedWebhook?
    /// The caller's own words, given back with the job.
    public var metadata: [String: String]
    /// What only some models know.
    public var options: [PictureOption: PictureOption.Value] = [:]
    /// Pictures to start from.
    public var pictures: [AskedPicture] = []
    /// Where to redraw the first of them.
    public var mask: AskedPicture?
    /// Which providers may make it.
    public var routing = Routing()
    /// Pictures that are wanted while each one is drawn, where the endpoint shows any.
    public var partials = 0
    /// Whether no model was named, and `model` says nothing.
    public var modelIsLeftOut = false
    /// Whether the nearest size is made where a model lacks the one that was asked for.
    public var mayFitSize = false
    /// Set when no endpoint makes the size exactly.
    var fitsSize = false
    /// Whom the caller does it for, in the caller's words.
    public var endUser: String?
    /// Among whom threads are shared out before its account is known.
    var owner: WorkShare.Owner?

    public init(
        dialect: Dialect, model: String, prompt: String, n: Int = 1, size: Size = .auto,
        names: FieldNames = .standard, quality: String? = nil,
        format: ImageFormat, compression: Int? = nil, seed: Int64? = nil, keeping: Keeping = .kept,
        webhook: RequestedWebhook? = nil, metadata: [String: String] = [:]
    ) {
        self.dialect = dialect
        self.model = model
        self.prompt = prompt
        self.n = n
        self.size = size
        self.names = names
        self.quality = quality
        self.format = format
        self.compression = compression
        self.seed = seed
        self.keeping = keeping
        self.webhook = webhook
        self.metadata = metadata
    }
}

/// A request with nothing left to decide: what a provider is given and the usage log keeps.
public struct Assignment: Sendable {
    public let prompt: String
    public let n: Int
    public let size: PixelSize
    /// Nil for the provider's choice.
    public let quality: String?
    public let format: ImageFormat
    public let compression: Int?
    public let seed: Int64
    public let keeping: GenerationRequest.Keeping
    public internal(set) var options: [PictureOption: PictureOption.Value]
    /// Pictures to start from; none until they have been looked at.
    public internal(set) var inputs: [InputPicture] = []
    public internal(set) var mask: InputPicture?
    /// Pictures to show while each one is drawn. Not written down: whoever takes a generation over
    /// has nobody to show them to.
    public internal(set) var partials = 0
    /// Whether a vendor's own format will do as well as `format`.
    public internal(set) var takesAnyFormat = false
}

extension Assignment {
    /// What all of it consumes.
    var work: Work { work(of: n) }

    /// What `images` of it consume.
    func work(of images: Int) -> Work {
        Work(
            images: images, size: size, quality: quality, promptBytes: prompt.utf8.count,
            references: inputs.map(\.size), mask: mask?.size)
    }
}

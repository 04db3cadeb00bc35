public import Pictures
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
        /// Width to height, as in 16:9, at about one megapixel.
        case ratio(Int, Int)
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
    public var format: ImageFormat
    /// 0 to 100 for JPEG and WebP; nil for the codec's default.
    public var compression: Int?
    /// Nil for one drawn at random, which is then written down.
    public var seed: Int64?
    public var keeping: Keeping
    /// Whom to tell how it ends.
    public var webhook: RequestedWebhook?
    /// The caller's own words, given back with the job.
    public var metadata: [String: String]

    public init(
        dialect: Dialect, model: String, prompt: String, n: Int = 1, size: Size = .auto,
        format: ImageFormat, compression: Int? = nil, seed: Int64? = nil, keeping: Keeping = .kept,
        webhook: RequestedWebhook? = nil, metadata: [String: String] = [:]
    ) {
        self.dialect = dialect
        self.model = model
        self.prompt = prompt
        self.n = n
        self.size = size
        self.format = format
        self.compression = compression
        self.seed = seed
        self.keeping = keeping
        self.webhook = webhook
        self.metadata = metadata
    }
}

/// What an endpoint can do, and the refusals that tell a caller so.
public struct Capabilities: Sendable {
    public let n: ClosedRange<Int>
    /// Pixels a side.
    public let side: ClosedRange<Int>
    /// Characters of a prompt.
    public let promptMax: Int
    /// What `auto` means.
    public let defaultSize: PixelSize

    public init(
        n: ClosedRange<Int>, side: ClosedRange<Int>, promptMax: Int, defaultSize: PixelSize
    ) {
        self.n = n
        self.side = side
        self.promptMax = promptMax
        self.defaultSize = defaultSize
    }

    /// A request with everything decided, or the refusal that names the field, what came and what
    /// is accepted.
    func accept(_ request: GenerationRequest, seed: Int64) throws(Refusal) -> Assignment {
        guard !request.prompt.isEmpty else {
            throw Refusal(.missingParameter, "This model needs a prompt.", field: "prompt")
        }
        // PostgreSQL keeps no text with one, and would refuse its neighbours too.
        guard !request.prompt.utf8.contains(0) else {
            throw Refusal(
                .invalidValue, "The prompt contains the character U+0000.", field: "prompt")
        }
        let length = request.prompt.unicodeScalars.count
        guard length <= promptMax else {
            throw Refusal(
                .invalidValue,
                "The prompt has \(length) characters; at most \(promptMax) are accepted.",
                field: "prompt")
        }
        guard n.contains(request.n) else {
            throw Refusal(
                .invalidValue,
                "Invalid 'n': \(request.n). Accepted: \(n.lowerBound) to \(n.upperBound).",
                field: "n")
        }
        let size = resolved(request.size)
        guard side.contains(size.width), side.contains(size.height) else {
            throw Refusal(
                .invalidValue,
                "Invalid size \(size.width)x\(size.height). Accepted: \(side.lowerBound) to "
                    + "\(side.upperBound) pixels a side.", field: "size")
        }
        return Assignment(
            prompt: request.prompt, n: request.n, size: size, format: request.format,
            compression: request.compression, seed: request.seed ?? seed, keeping: request.keeping)
    }

    /// Pixels of a wish. A ratio gets an area of 1024 × 1024, each side to the nearest 16.
    private func resolved(_ size: GenerationRequest.Size) -> PixelSize {
        switch size {
        case .auto: return defaultSize
        case .pixels(let size): return size
        case .ratio(let width, let height):
            let area = 1024.0 * 1024.0
            let ratio = Double(width) / Double(height)
            func side(_ exact: Double) -> Int { Int((exact / 16).rounded()) * 16 }
            return PixelSize(
                width: side((area * ratio).squareRoot()), height: side((area / ratio).squareRoot()))
        }
    }
}

/// A request with nothing left to decide: what a provider is given and the usage log keeps.
public struct Assignment: Sendable {
    public let prompt: String
    public let n: Int
    public let size: PixelSize
    public let format: ImageFormat
    public let compression: Int?
    public let seed: Int64
    public let keeping: GenerationRequest.Keeping
}

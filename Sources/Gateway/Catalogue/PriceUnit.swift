public import Pictures

/// What a price is counted in. A new case makes the compiler point at the places to extend.
public enum PriceUnit: String, CaseIterable, Sendable {
    case image, megapixel, token, request
}

/// What is paid for. Spelled as customers of the unified image API see it.
public enum Billable: String, CaseIterable, Sendable {
    case outputImage = "output_image"
    case outputText = "output_text"
    case inputText = "input_text"
    case inputImage = "input_image"
    case inputReference = "input_reference"
}

/// What a generation consumes, as far as prices count it.
public struct Work: Hashable, Sendable {
    public var images: Int
    /// Of each image.
    public var size: PixelSize
    /// Nil when the provider chooses.
    public var quality: String?
    public var promptBytes: Int
    /// Input pictures.
    public var references: [PixelSize]
    /// What says where to redraw the first; a provider that counts tokens counts it too.
    public var mask: PixelSize?

    public init(
        images: Int, size: PixelSize = PixelSize(width: 1024, height: 1024),
        quality: String? = nil, promptBytes: Int = 0, references: [PixelSize] = [],
        mask: PixelSize? = nil
    ) {
        self.images = images
        self.size = size
        self.quality = quality
        self.promptBytes = promptBytes
        self.references = references
        self.mask = mask
    }

    /// Tokens of a call's words that come back beside a picture: thinking, and a sentence. No
    /// provider bounds them; past this they are our loss.
    static let outputTextTokens = 1024

    /// Tokens of one input picture at most. Vendors count 560 to 6240 for a megapixel.
    static func tokens(of picture: PixelSize) -> Int {
        max(2048, picture.pixels.dividedRoundingUp(by: 160))
    }
}

extension PixelSize {
    public var pixels: Int { width * height }

    /// Megapixels of 1024 × 1024, rounded up: a started one is paid for.
    public var megapixels: Int { max(1, pixels.dividedRoundingUp(by: 1024 * 1024)) }
}

extension Int {
    func dividedRoundingUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}

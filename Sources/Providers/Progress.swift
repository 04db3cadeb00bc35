public import FoundationEssentials

/// How far a vendor is with what it was asked for.
public enum Progress: Sendable {
    case done(Made)
    /// Ask for `task` again after `next`. The name is all that is needed to do so, by any process; it
    /// may be another one than before.
    case pending(task: String, next: Duration, percent: Int?)
}

/// Where a picture is.
public enum PictureAt: Hashable, Sendable {
    /// Base64 without `data:` before it, as it came.
    case base64(String)
    /// To be fetched without a credential, and only if `Vendor.mayFetch` allows it.
    case url(String)
    case bytes([UInt8])

    /// A text that is one or the other; nil for an empty one.
    init?(_ text: String) {
        guard !text.isEmpty else { return nil }
        if text.hasPrefix("data:") {
            guard let comma = text.firstIndex(of: ",") else { return nil }
            self = .base64(String(text[text.index(after: comma)...]))
        } else if text.hasPrefix("https://") || text.hasPrefix("http://") {
            self = .url(text)
        } else {
            self = .base64(text)
        }
    }
}

/// What a vendor has made.
public struct Made: Sendable {
    /// In order: at least one, and fewer than asked for when some were withheld.
    public var pictures: [PictureAt]
    /// How many it withheld.
    public var withheld = 0
    /// The vendor's name of the request.
    public var request: String?
    public var usage = VendorUsage()
    /// 2 where the one picture is a grid of 2 × 2, which `Grid` cuts up.
    public var gridSide = 1
    /// The seed that it drew with, if it tells.
    public var seed: Int64?
    /// The prompt that it drew, if it changed ours.
    public var revisedPrompt: String?
    /// The quality and background that it chose or confirms, in its own words.
    public var quality: String?
    public var background: String?

    init(_ pictures: [PictureAt]) {
        self.pictures = pictures
    }
}

/// What a vendor says its work took. What it does not tell is nil.
public struct VendorUsage: Hashable, Sendable {
    /// Tokens, by what they are billed as.
    public var inputText: Int?
    public var inputImage: Int?
    public var outputText: Int?
    public var outputImage: Int?
    /// What it charges us, exactly, in US dollars.
    public var cost: Decimal?
    /// The same in a coin of its own whose worth it does not tell.
    public var credits: Decimal?
    /// As the vendor counts them.
    public var outputMegapixels: Decimal?
    public var inputMegapixels: Decimal?
    /// Pictures that it charges for.
    public var images: Int?

    public init() {}
}

extension Decimal {
    /// `number` × 10^`exponent`, exactly.
    static func scaled(_ number: Decimal, by exponent: Int) -> Decimal {
        Decimal(sign: .plus, exponent: exponent, significand: number)
    }
}

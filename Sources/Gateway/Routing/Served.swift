import Pictures
import Providers
import Units

/// A picture as it will be kept.
struct MadePicture: Sendable {
    let bytes: [UInt8]
    let format: ImageFormat
    /// As it is shown.
    let size: PixelSize
    /// What became of the content credentials that its vendor had put in; nil where there were none.
    var credentials: ContentCredentials?
}

/// Who made a picture and how, as its vendor states and signs it (C2PA). A change of the file makes them
/// void, so they stay with the vendor's own bytes alone.
public enum ContentCredentials: String, Sendable {
    case kept, removed
}

/// What came of asking around.
struct Served: Sendable {
    let pictures: [MadePicture]
    let usage: VendorUsage
    /// Nil for the built-in one.
    let provider: String?
    /// What it says it charges us.
    let cost: Credits?
    /// What it says of the pictures.
    let report: GenerationReport
}

import Pictures
import Providers
import Units

/// A picture as it will be kept.
struct MadePicture: Sendable {
    let bytes: [UInt8]
    let size: PixelSize
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

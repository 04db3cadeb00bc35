/// How much of a scene a picture has room for: from 128 pixels a side all of it; below, what would
/// be finer than its pixels is left out, for drawing a thumbnail should not cost more than storing it.
struct Detail {
    /// The smallest scale, in pixels, that shows everything.
    private static let wholeFrom: Float = 128
    /// Below this scale even the parts of a subject run together.
    private static let sketchBelow: Float = 48

    /// What part of the small things is drawn: exactly 1 in a picture that shows everything.
    let share: Float
    /// Whether nothing is left out.
    let isWhole: Bool
    /// Whether only the outlines of things are left.
    let isSketch: Bool

    /// For a picture of that `scale`, in pixels.
    init(scale: Float) {
        share = min(1, scale / Self.wholeFrom)
        isWhole = scale >= Self.wholeFrom
        isSketch = scale < Self.sketchBelow
    }

    /// Samples of the waves on water before they repeat: a power of two.
    var ripples: Int { isWhole ? 1024 : (isSketch ? 128 : 256) }

    /// Octaves of the clouds that are worked out.
    var cloudOctaves: Int { isWhole ? 4 : (isSketch ? 2 : 3) }
}

internal import Pictures

/// What a vendor's masks look like. Ours are PNG, transparent where the picture is to change.
public enum MaskForm: Sendable {
    /// As ours.
    case transparentChanges
    /// White where the picture is to change, black where it stays.
    case whiteChanges
    case blackChanges

    /// A pixel of ours whose alpha is below this is one that changes: half transparent counts as
    /// transparent, for vendors know no shades of it.
    public static let changesBelow: UInt8 = 128

    /// `mask` as the vendor wants it. It decodes and encodes a picture: not for an event loop.
    public func made(from mask: InputFile) throws(VendorFailure) -> InputFile {
        let change: UInt8
        switch self {
        case .transparentChanges: return mask
        case .whiteChanges: change = 255
        case .blackChanges: change = 0
        }
        do throws(PictureFailure) {
            let bitmap = try Picture.decode(mask.bytes)
            let painted = Self.painted(bitmap, change: change)
            return InputFile(
                bytes: try Picture.encode(painted, as: .png), format: .png, size: bitmap.size)
        } catch {
            throw VendorFailure(.badRequest, error.description, field: "mask")
        }
    }

    private static func painted(_ bitmap: Bitmap, change: UInt8) -> Bitmap {
        var pixels = [UInt8](repeating: 255, count: bitmap.pixels.count)
        for start in stride(from: 0, to: pixels.count, by: 4) {
            let value = bitmap.pixels[start + 3] < changesBelow ? change : 255 - change
            pixels[start] = value
            pixels[start + 1] = value
            pixels[start + 2] = value
        }
        return Bitmap(size: bitmap.size, pixels: pixels)
    }
}

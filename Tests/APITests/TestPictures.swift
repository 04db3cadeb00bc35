import FoundationEssentials
import Pictures

/// Pictures to start from.
enum TestPictures {
    /// A PNG of one colour as a data URL.
    static func dataURL(width: Int, height: Int) -> String {
        let pixels = [UInt8](repeating: 200, count: width * height * 4)
        let bitmap = Bitmap(size: PixelSize(width: width, height: height), pixels: pixels)
        // What a test cannot encode it cannot send either: its picture is then refused.
        let bytes = (try? Picture.encode(bitmap, as: .png)) ?? []
        return "data:image/png;base64," + Data(bytes).base64EncodedString()
    }
}

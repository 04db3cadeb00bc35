/// Pictures and look-alikes that are recognised only to name them in a refusal.
enum ForeignFormat {
    private static let signatures: [(offset: Int, bytes: [UInt8], name: String)] = [
        (0, Array("GIF8".utf8), "a GIF"),
        (0, Array("BM".utf8), "a BMP"),
        (0, [0x49, 0x49, 0x2A, 0x00], "a TIFF"),
        (0, [0x4D, 0x4D, 0x00, 0x2A], "a TIFF"),
        (4, Array("ftypavif".utf8), "an AVIF"),
        (4, Array("ftypavis".utf8), "an AVIF"),
        (4, Array("ftyphei".utf8), "a HEIC"),
        (4, Array("ftyphev".utf8), "a HEIC"),
        (4, Array("ftypmif1".utf8), "a HEIF"),
        (0, [0xFF, 0x0A], "a JPEG XL"),
        (4, Array("JXL \r\n".utf8), "a JPEG XL"),
        (4, Array("jP  \r\n".utf8), "a JPEG 2000"),
        (0, [0x00, 0x00, 0x01, 0x00], "an icon"),
        (0, Array("%PDF-".utf8), "a PDF"),
        (0, Array("<svg".utf8), "an SVG"),
    ]

    /// The kind that `bytes` begin as, with its article; nil when it is unknown too.
    static func name(of bytes: [UInt8]) -> String? {
        signatures.first { bytes.dropFirst($0.offset).starts(with: $0.bytes) }?.name
    }
}

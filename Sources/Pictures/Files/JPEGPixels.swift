import CTurboJPEG

extension JPEG {
    /// Some cameras fill a scan up with a byte or a few. More are pixels that had no place.
    private static let fillMax = 4

    /// Throws unless the picture has all its segments and its scans hold all its pixels, no more.
    ///
    /// Each scan is read to its end, and drawn an eighth as wide and high: what is wrong shows in the
    /// reading. A JPEG has no checksums, so a bit that turns one colour into another passes.
    static func checkWhole(_ bytes: [UInt8]) throws(PictureFailure) -> FilePieces {
        let header = try JPEGHeader(bytes)
        try header.checkScans(of: bytes)
        let pieces = try segments(of: bytes)
        // TurboJPEG keeps its first complaint alone: harmless bytes must not hide what is wrong.
        let file = joined(bytes, pieces)
        if let complaint = try complaint(of: file, header: header) {
            throw failure(for: complaint)
        }
        return pieces
    }

    /// What TurboJPEG says of the whole file; nil when it is content.
    private static func complaint(
        of file: [UInt8], header: JPEGHeader
    ) throws(PictureFailure) -> String? {
        guard let handle = unsafe tjInitDecompress() else {
            throw .corrupt(.jpeg, "TurboJPEG did not start")
        }
        defer { unsafe tjDestroy(handle) }
        let size = header.info.size
        let small = PixelSize(width: (size.width + 7) / 8, height: (size.height + 7) / 8)
        let layout = header.components == 4 ? TJPF_CMYK : TJPF_RGBA
        var room = [UInt8](repeating: 0, count: small.pixels * 4)
        let status = unsafe file.withUnsafeBufferPointer { file in
            unsafe room.withUnsafeMutableBufferPointer { room in
                unsafe tjDecompress2(
                    handle, file.baseAddress, UInt(file.count), room.baseAddress,
                    Int32(small.width), 0, Int32(small.height), Int32(layout.rawValue), 0)
            }
        }
        guard status != 0 else { return nil }
        let message = unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? ""
        return isFill(message) ? nil : message
    }

    /// Whether `message` is "Corrupt JPEG data: 1 extraneous bytes before marker 0xd9", of few bytes.
    private static func isFill(_ message: String) -> Bool {
        let words = message.split(separator: " ")
        guard message.hasSuffix("before marker 0xd9"),
            let place = words.firstIndex(of: "extraneous"), place > 0,
            let count = Int(words[place - 1])
        else { return false }
        return count <= fillMax
    }
}

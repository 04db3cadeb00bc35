import CPNG

extension PNG {
    /// All chunks up to the one that ends the picture, each with a checksum that is right.
    static func chunks(of bytes: [UInt8]) throws(PictureFailure) -> FilePieces {
        var pieces = FilePieces()
        var position = signature.count
        while true {
            // Length, tag and checksum.
            guard position + 12 <= bytes.count else { throw .truncated(.png) }
            let length = bytes.bigEndian32(at: position)
            guard length <= bytes.count - position - 12 else { throw .truncated(.png) }
            let data = position + 8..<position + 8 + length
            guard
                checksum(of: bytes, position + 4..<data.upperBound)
                    == bytes.bigEndian32(at: data.upperBound)
            else { throw .corrupt(.png, "a checksum is wrong") }
            let tag = UInt32(bytes.bigEndian32(at: position + 4))
            try pieces.add(
                FilePiece(tag: tag, whole: position..<data.upperBound + 4, data: data), of: .png)
            position = data.upperBound + 4
            if tag == FilePiece.tag("IEND") {
                pieces.end = position
                return pieces
            }
        }
    }

    private static func checksum(of bytes: [UInt8], _ range: Range<Int>) -> Int {
        unsafe bytes.withUnsafeBufferPointer { all in
            Int(
                unsafe crc32_z(
                    0, all.baseAddress.map { unsafe $0 + range.lowerBound }, range.count))
        }
    }
}

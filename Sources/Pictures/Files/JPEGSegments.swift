extension JPEG {
    static let endMarker: UInt8 = 0xD9
    static let scanMarker: UInt8 = 0xDA

    /// All segments up to the marker that ends the picture; a scan's pixels belong to its segment.
    static func segments(of bytes: [UInt8]) throws(PictureFailure) -> FilePieces {
        var pieces = FilePieces()
        var position = 2
        while true {
            guard let start = nextMarker(in: bytes, from: position) else { throw .truncated(.jpeg) }
            let marker = bytes[start + 1]
            if marker == endMarker {
                pieces.end = start + 2
                return pieces
            }
            guard start + 4 <= bytes.count else { throw .truncated(.jpeg) }
            let length = bytes.bigEndian16(at: start + 2)
            guard length >= 2 else { throw .corrupt(.jpeg, "a segment has no length") }
            let data = start + 4..<start + 2 + length
            guard data.upperBound <= bytes.count else { throw .truncated(.jpeg) }
            position = data.upperBound
            if marker == scanMarker {
                guard let end = nextMarker(in: bytes, from: position) else {
                    throw .truncated(.jpeg)
                }
                position = end
            }
            try pieces.add(
                FilePiece(tag: UInt32(marker), whole: start..<position, data: data), of: .jpeg)
        }
    }

    /// Where the next marker stands that is neither a filler nor part of a scan's pixels.
    private static func nextMarker(in bytes: [UInt8], from start: Int) -> Int? {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var position = start
            while position + 1 < bytes.count {
                if unsafe bytes[position] == 0xFF {
                    let marker = unsafe bytes[position + 1]
                    let standsAlone =
                        marker <= 1 || marker == 0xFF || (0xD0...0xD8).contains(marker)
                    if !standsAlone { return position }
                }
                position += 1
            }
            return nil
        }
    }

    /// The file without what lies between its segments, for which there is no use.
    static func joined(_ bytes: [UInt8], _ pieces: FilePieces) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8]
        file.reserveCapacity(bytes.count)
        for piece in pieces.list { file += bytes[piece.whole] }
        return file + [0xFF, endMarker]
    }
}

import CPNG

/// How many bytes the pixels of a PNG unpack to, and where each row's filter stands among them.
struct PNGRows {
    /// Rows of one pass: their number, and the bytes of each with its filter.
    private var passes: [(rows: Int, bytes: Int)]
    private var pass = 0
    private var rowsLeft = 0
    /// Bytes up to the next filter.
    private var untilFilter = 0

    /// Bits of a pixel by colour type and depth, as the specification allows them.
    private static let depths: [UInt8: (samples: Int, bits: [UInt8])] = [
        0: (1, [1, 2, 4, 8, 16]), 2: (3, [8, 16]), 3: (1, [1, 2, 4, 8]), 4: (2, [8, 16]),
        6: (4, [8, 16]),
    ]
    /// First pixel and distance, across and down, of the seven passes of Adam7.
    private static let interlaced: [(x: Int, y: Int, dx: Int, dy: Int)] = [
        (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
        (0, 1, 1, 2),
    ]

    /// Of the picture whose header chunk holds `header`; nil when the header is against the rules.
    init?(header: ArraySlice<UInt8>) {
        let header = Array(header)
        guard header.count == 13, let depth = Self.depths[header[9]],
            depth.bits.contains(header[8]), header[10] == 0, header[11] == 0, header[12] <= 1
        else { return nil }
        let bits = depth.samples * Int(header[8])
        let (width, height) = (header.bigEndian32(at: 0), header.bigEndian32(at: 4))
        let steps = header[12] == 1 ? Self.interlaced : [(x: 0, y: 0, dx: 1, dy: 1)]
        passes = steps.compactMap { step in
            let columns = (width - step.x + step.dx - 1) / step.dx
            let rows = (height - step.y + step.dy - 1) / step.dy
            // A pass without a pixel has no filters either.
            guard columns > 0, rows > 0 else { return nil }
            return (rows, 1 + (columns * bits + 7) / 8)
        }
        rowsLeft = passes.first?.rows ?? 0
    }

    /// Whether all bytes were there.
    var isComplete: Bool { pass == passes.count && untilFilter == 0 }

    /// Takes what was unpacked next; false when it is more than there should be, or names a filter
    /// that does not exist.
    mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0
        while position < bytes.count {
            if untilFilter == 0 {
                guard pass < passes.count, unsafe bytes[position] <= 4 else { return false }
                untilFilter = passes[pass].bytes
                rowsLeft -= 1
                if rowsLeft == 0 {
                    pass += 1
                    if pass < passes.count { rowsLeft = passes[pass].rows }
                }
            }
            let step = min(untilFilter, bytes.count - position)
            untilFilter -= step
            position += step
        }
        return true
    }
}

extension PNG {
    /// What is unpacked at a time. The pixels are looked at and forgotten: no room of their size.
    private static let unpackedAtATime = 64 << 10

    /// Throws unless the picture has all its chunks and all its pixels.
    static func checkWhole(_ bytes: [UInt8]) throws(PictureFailure) -> FilePieces {
        let chunks = try chunks(of: bytes)
        let pixels = chunks.list.filter { $0.tag == FilePiece.tag("IDAT") }
        guard let first = chunks.list.first, first.tag == FilePiece.tag("IHDR"),
            let rows = PNGRows(header: bytes[first.data])
        else { throw .corrupt(.png, "its header is against the rules") }
        let hasPalette = chunks.list.contains { $0.tag == FilePiece.tag("PLTE") }
        guard bytes[25] != 3 || hasPalette else { throw .corrupt(.png, "its palette is missing") }
        try unpack(pixels, of: bytes, into: rows)
        return chunks
    }

    private static func unpack(
        _ pixels: [FilePiece], of bytes: [UInt8], into rows: PNGRows
    ) throws(PictureFailure) {
        var rows = rows
        var stream = unsafe z_stream()
        guard
            unsafe inflateInit_(&stream, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { throw .corrupt(.png, "zlib did not start") }
        defer { unsafe inflateEnd(&stream) }
        var room = [UInt8](repeating: 0, count: unpackedAtATime)
        for piece in pixels {
            var status = Z_OK
            var fits = true
            unsafe bytes.withUnsafeBufferPointer { all in
                // zlib reads through a pointer that it calls mutable, and leaves the bytes alone.
                unsafe stream.next_in = UnsafeMutablePointer(
                    mutating: all.baseAddress.map { unsafe $0 + piece.data.lowerBound })
                unsafe stream.avail_in = UInt32(piece.data.count)
                repeat {
                    unsafe room.withUnsafeMutableBufferPointer { room in
                        unsafe stream.next_out = room.baseAddress
                        unsafe stream.avail_out = UInt32(room.count)
                        status = unsafe inflate(&stream, Z_NO_FLUSH)
                        let count = unsafe room.count - Int(stream.avail_out)
                        fits = unsafe rows.take(UnsafeBufferPointer(rebasing: room[..<count]))
                    }
                } while unsafe fits && status == Z_OK
                    && (stream.avail_in > 0 || stream.avail_out == 0)
            }
            guard fits else { throw .corrupt(.png, "its pixels contradict its header") }
            if status == Z_STREAM_END {
                guard rows.isComplete else { throw .truncated(.png) }
                return
            }
            guard status == Z_OK || status == Z_BUF_ERROR else {
                throw .corrupt(.png, "its pixels cannot be unpacked")
            }
        }
        throw .truncated(.png)
    }
}

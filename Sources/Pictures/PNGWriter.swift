import CPNG

/// Writing PNG straight through zlib: libpng's simplified API offers no filter at its fast level,
/// and its full API leaves by `longjmp`, which Swift cannot survive.
extension PNG {
    /// Each pixel less its left neighbour: of the five filters the smallest files at this level, and
    /// as fast as none (figures in README.md).
    private static let subtractLeft: UInt8 = 1
    private static let level: Int32 = 1
    /// Pictures of up to so many bytes are stored as they are: the file takes one block of 4 KB on a
    /// disk either way, and compressing it would take longer than drawing it.
    private static let storedBytesMax = 4000
    /// What storing adds to one band: two bytes of zlib's header, five of the block's, a checksum.
    private static let storedOverhead = 11
    /// Pictures of up to so many bytes are compressed within 96 KB of memory instead of 268: the
    /// allocator gives larger amounts back to the system each time, and the page faults that follow
    /// cost more than compressing a thumbnail (figures in README.md).
    private static let smallBytesMax = 64 << 10
    /// Rows are handed to zlib in bands of about so many bytes: a call for each costs time.
    private static let bandBytes = 8 << 10

    /// `bitmap` as a file; without alpha where there is none, which saves a quarter of the work.
    static func encode(_ bitmap: Bitmap) throws(PictureFailure) -> [UInt8] {
        let channels = bitmap.isOpaque ? 3 : 4
        guard let data = compressed(bitmap, channels: channels) else {
            throw .unwritable(.png, "zlib refused it")
        }
        var file: [UInt8] = []
        file.reserveCapacity(data.count + 64)
        file += signature
        append("IHDR", header(bitmap.size, channels: channels), to: &file)
        append("IDAT", data, to: &file)
        append("IEND", [], to: &file)
        return file
    }

    /// Size, eight bits a sample, colour type 2 (RGB) or 6 (RGBA), not interlaced.
    private static func header(_ size: PixelSize, channels: Int) -> [UInt8] {
        bigEndian(size.width) + bigEndian(size.height) + [8, channels == 3 ? 2 : 6, 0, 0, 0]
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    static func append(_ tag: String, _ data: [UInt8], to file: inout [UInt8]) {
        file += bigEndian(data.count)
        let start = file.count
        file += tag.utf8
        file += data
        let checksum = unsafe file.withUnsafeBufferPointer { bytes in
            unsafe crc32_z(0, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start)
        }
        file += bigEndian(Int(checksum))
    }

    private static func compressed(_ bitmap: Bitmap, channels: Int) -> [UInt8]? {
        var stream = unsafe z_stream()
        let rowBytes = bitmap.size.width * channels + 1
        let bytes = rowBytes * bitmap.size.height
        let isSmall = bytes <= smallBytesMax
        let started = unsafe deflateInit2_(
            &stream, bytes <= storedBytesMax ? 0 : level, Z_DEFLATED, isSmall ? 13 : MAX_WBITS,
            isSmall ? 7 : 8,
            Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard started == Z_OK else { return nil }
        defer { unsafe deflateEnd(&stream) }
        // zlib 1.2.13 promises too little for a few bytes that are stored.
        let room = unsafe max(Int(deflateBound(&stream, UInt(bytes))), bytes + storedOverhead)
        guard room <= UInt32.max else { return nil }
        var complete = false
        let data = unsafe [UInt8](unsafeUninitializedCapacity: room) { output, filled in
            unsafe stream.next_out = output.baseAddress
            unsafe stream.avail_out = UInt32(room)
            complete = unsafe deflateRows(of: bitmap, channels: channels, into: &stream)
            filled = unsafe complete ? Int(stream.total_out) : 0
        }
        return complete ? data : nil
    }

    private static func deflateRows(
        of bitmap: Bitmap, channels: Int, into stream: inout z_stream
    ) -> Bool {
        let (rowPixels, rowBytes) = (bitmap.size.width * 4, bitmap.size.width * channels + 1)
        let height = bitmap.size.height
        let rows = min(height, max(1, bandBytes / rowBytes))
        var band = [UInt8](repeating: subtractLeft, count: rows * rowBytes)
        return unsafe bitmap.pixels.withUnsafeBufferPointer { pixels in
            for first in stride(from: 0, to: height, by: rows) {
                let last = min(height, first + rows)
                let status = unsafe band.withUnsafeMutableBufferPointer { band in
                    for y in first..<last {
                        let start = (y - first) * rowBytes
                        unsafe subtract(
                            UnsafeBufferPointer(
                                rebasing: pixels[y * rowPixels..<(y + 1) * rowPixels]),
                            channels: channels,
                            into: UnsafeMutableBufferPointer(
                                rebasing: band[start..<start + rowBytes]))
                    }
                    unsafe stream.next_in = band.baseAddress
                    unsafe stream.avail_in = UInt32((last - first) * rowBytes)
                    return unsafe deflate(&stream, last == height ? Z_FINISH : Z_NO_FLUSH)
                }
                if status == Z_STREAM_END { return true }
                guard status == Z_OK else { return false }
            }
            return false
        }
    }

    /// Writes the differences of one row behind the filter's number in `row`.
    private static func subtract(
        _ source: UnsafeBufferPointer<UInt8>, channels: Int,
        into row: UnsafeMutableBufferPointer<UInt8>
    ) {
        for channel in 0..<channels { unsafe row[1 + channel] = source[channel] }
        var (from, to) = (4, 1 + channels)
        while from < source.count {
            for channel in 0..<channels {
                unsafe row[to + channel] = source[from + channel] &- source[from + channel - 4]
            }
            from += 4
            to += channels
        }
    }
}

import CWebP

extension WebP {
    /// All chunks, within the length that the file's head promises.
    static func chunks(of bytes: [UInt8]) throws(PictureFailure) -> FilePieces {
        guard bytes.count >= 12 else { throw .truncated(.webp) }
        var pieces = FilePieces()
        pieces.end = 8 + bytes.littleEndian32(at: 4)
        guard pieces.end <= bytes.count else { throw .truncated(.webp) }
        var position = 12
        while position < pieces.end {
            guard position + 8 <= pieces.end else { throw .corrupt(.webp, "a chunk has no length") }
            let length = bytes.littleEndian32(at: position + 4)
            guard length <= pieces.end - position - 8 else { throw .truncated(.webp) }
            let data = position + 8..<position + 8 + length
            // A chunk of odd length is filled up; some writers forget it at the end.
            let next = min(data.upperBound + length % 2, pieces.end)
            try pieces.add(
                FilePiece(
                    tag: UInt32(bytes.bigEndian32(at: position)), whole: position..<next, data: data
                ), of: .webp)
            position = next
        }
        return pieces
    }

    /// Throws unless the picture has all its chunks and all its pixels.
    ///
    /// It is drawn an eighth as wide and high and without smoothing: what is missing shows in the
    /// reading. WebP has no checksums, so a bit that turns one colour into another passes.
    static func checkWhole(_ bytes: [UInt8], size: PixelSize) throws(PictureFailure) -> FilePieces {
        let pieces = try chunks(of: bytes)
        var config = unsafe WebPDecoderConfig()
        guard unsafe WebPInitDecoderConfig(&config) != 0 else {
            throw .corrupt(.webp, "libwebp is of another version")
        }
        let small = PixelSize(width: (size.width + 7) / 8, height: (size.height + 7) / 8)
        unsafe config.options.bypass_filtering = 1
        unsafe config.options.no_fancy_upsampling = 1
        unsafe config.options.use_scaling = 1
        unsafe config.options.scaled_width = Int32(small.width)
        unsafe config.options.scaled_height = Int32(small.height)
        var room = [UInt8](repeating: 0, count: small.pixels * 4)
        let status = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe config.output.colorspace = MODE_RGBA
            unsafe config.output.is_external_memory = 1
            unsafe config.output.u.RGBA.rgba = room.baseAddress
            unsafe config.output.u.RGBA.stride = Int32(small.width * 4)
            unsafe config.output.u.RGBA.size = room.count
            return unsafe bytes.withUnsafeBufferPointer { file in
                unsafe WebPDecode(file.baseAddress, pieces.end, &config)
            }
        }
        guard status == VP8_STATUS_OK else { throw failure(status) }
        return pieces
    }
}

extension [UInt8] {
    /// The 32-bit number at `position`, least significant byte first.
    func littleEndian32(at position: Int) -> Int {
        self[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
}

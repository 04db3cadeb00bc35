import CPNG

/// PNG: read by libpng's simplified API, written by zlib (`PNGWriter.swift`).
enum PNG {
    static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// `PNG_FORMAT_RGBA`, a macro that Swift does not see.
    private static let rgba = png_uint_32(PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_ALPHA)
    /// Colour types of the header whose pixels carry alpha: grey with alpha, and RGBA.
    private static let alphaTypes: Set<UInt8> = [4, 6]

    /// Size and transparency from the chunks before the pixels, without libpng: nothing allocated.
    static func inspect(_ bytes: [UInt8]) throws(PictureFailure) -> PictureInfo {
        // Signature, then length, type, 13 bytes and checksum of the header chunk.
        guard bytes.count >= 33 else { throw .truncated(.png) }
        guard bytes.bigEndian32(at: 8) == 13, bytes.tag(at: 12) == "IHDR" else {
            throw .corrupt(.png, "it does not start with its header")
        }
        let (width, height) = (bytes.bigEndian32(at: 16), bytes.bigEndian32(at: 20))
        let size = PixelSize(width: width, height: height)
        let hasChunk = try hasTransparencyChunk(bytes)
        let hasAlpha = alphaTypes.contains(bytes[25]) || hasChunk
        return PictureInfo(format: .png, size: size, hasAlpha: hasAlpha)
    }

    private static func hasTransparencyChunk(_ bytes: [UInt8]) throws(PictureFailure) -> Bool {
        var position = 33
        while position + 12 <= bytes.count {
            switch bytes.tag(at: position + 4) {
            case "tRNS": return true
            case "IDAT": return false
            default: position += bytes.bigEndian32(at: position) + 12
            }
        }
        throw .truncated(.png)
    }

    /// The pixels. Palette, grey, 16 bits and interlacing all come out as RGBA with 8 bits.
    static func decode(_ bytes: [UInt8], size: PixelSize) throws(PictureFailure) -> Bitmap {
        var image = unsafe png_image()
        unsafe image.version = png_uint_32(PNG_IMAGE_VERSION)
        defer { unsafe png_image_free(&image) }
        var pixels: [UInt8]?
        unsafe bytes.withUnsafeBytes { file in
            guard
                unsafe png_image_begin_read_from_memory(&image, file.baseAddress, file.count) != 0,
                // Our reading of the header sized the buffer: libpng's must be the same.
                unsafe Int(image.width) == size.width, unsafe Int(image.height) == size.height
            else { return }
            unsafe image.format = rgba
            pixels = unsafe finishReading(&image, size: size)
        }
        guard let pixels else { throw unsafe failure(&image) }
        return Bitmap(size: size, pixels: pixels)
    }

    private static func finishReading(_ image: inout png_image, size: PixelSize) -> [UInt8]? {
        let count = size.pixels * 4
        var complete = false
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            complete =
                unsafe png_image_finish_read(
                    &image, nil, buffer.baseAddress, png_int_32(size.width * 4), nil) != 0
            filled = complete ? count : 0
        }
        return complete ? pixels : nil
    }

    private static func failure(_ image: inout png_image) -> PictureFailure {
        let message = unsafe withUnsafeBytes(of: image.message) { text in
            unsafe String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
        }
        // libpng's words for having wanted more than there was.
        let early = ["read beyond end of data", "Not enough image data", "Truncated"]
        if early.contains(where: { message.hasPrefix($0) }) { return .truncated(.png) }
        return .corrupt(.png, message.isEmpty ? "its header contradicts itself" : message)
    }
}

extension [UInt8] {
    /// The 32-bit number at `position`, most significant byte first.
    func bigEndian32(at position: Int) -> Int {
        self[position..<position + 4].reduce(0) { $0 << 8 | Int($1) }
    }

    /// The 16-bit number at `position`, most significant byte first.
    func bigEndian16(at position: Int) -> Int {
        Int(self[position]) << 8 | Int(self[position + 1])
    }

    /// Four characters at `position`.
    func tag(at position: Int) -> String {
        String(decoding: self[position..<position + 4], as: UTF8.self)
    }
}

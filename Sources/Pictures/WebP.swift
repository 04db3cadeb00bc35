import CWebP

/// WebP through libwebp.
enum WebP {
    /// Hard to tell from the original, at a tenth of PNG's bytes.
    static let qualityDefault = 80
    /// 5 % more bytes than libwebp's default of 4, in 40 % of its time.
    private static let method: Int32 = 2
    /// Up to so many pixels (64 × 64) one set of parameters serves the whole picture: sorting its few
    /// blocks into four sets takes about a third of the time and saves 3–9 % of bytes.
    private static let oneSegmentPixelsMax = 4096

    static func inspect(_ bytes: [UInt8]) throws(PictureFailure) -> PictureInfo {
        var features = WebPBitstreamFeatures()
        let status = unsafe bytes.withUnsafeBufferPointer { file in
            unsafe WebPGetFeatures(file.baseAddress, file.count, &features)
        }
        guard status == VP8_STATUS_OK else { throw failure(status) }
        guard features.has_animation == 0 else { throw .unsupported("an animated WebP") }
        return PictureInfo(
            format: .webp,
            size: PixelSize(width: Int(features.width), height: Int(features.height)),
            hasAlpha: features.has_alpha != 0)
    }

    static func decode(_ bytes: [UInt8], size: PixelSize) throws(PictureFailure) -> Bitmap {
        var config = unsafe WebPDecoderConfig()
        guard unsafe WebPInitDecoderConfig(&config) != 0 else {
            throw .corrupt(.webp, "libwebp is of another version")
        }
        var status = VP8_STATUS_OK
        let count = size.pixels * 4
        let pixels = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            unsafe config.output.colorspace = MODE_RGBA
            unsafe config.output.is_external_memory = 1
            unsafe config.output.u.RGBA.rgba = buffer.baseAddress
            unsafe config.output.u.RGBA.stride = Int32(size.width * 4)
            unsafe config.output.u.RGBA.size = count
            status = unsafe bytes.withUnsafeBufferPointer { file in
                unsafe WebPDecode(file.baseAddress, file.count, &config)
            }
            filled = status == VP8_STATUS_OK ? count : 0
        }
        guard status == VP8_STATUS_OK else { throw failure(status) }
        return Bitmap(size: size, pixels: pixels)
    }

    static func failure(_ status: VP8StatusCode) -> PictureFailure {
        switch status {
        case VP8_STATUS_NOT_ENOUGH_DATA, VP8_STATUS_SUSPENDED: .truncated(.webp)
        case VP8_STATUS_UNSUPPORTED_FEATURE: .corrupt(.webp, "it uses a feature unknown to libwebp")
        case VP8_STATUS_OUT_OF_MEMORY: .corrupt(.webp, "it asks for too much memory")
        default: .corrupt(.webp, "its data cannot be decoded")
        }
    }

    static func encode(_ bitmap: Bitmap, quality: Int) throws(PictureFailure) -> [UInt8] {
        var config = WebPConfig()
        var picture = unsafe WebPPicture()
        guard unsafe WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, Float(quality)) != 0,
            unsafe WebPPictureInit(&picture) != 0
        else { throw .unwritable(.webp, "libwebp is of another version") }
        config.method = method
        if bitmap.size.pixels <= oneSegmentPixelsMax { config.segments = 1 }
        defer { unsafe WebPPictureFree(&picture) }
        guard unsafe load(bitmap, into: &picture) else {
            throw .unwritable(.webp, "out of memory")
        }
        guard let bytes = unsafe write(&picture, config: &config) else {
            let code = unsafe picture.error_code.rawValue
            throw .unwritable(.webp, "libwebp's error \(code)")
        }
        return bytes
    }

    private static func load(_ bitmap: Bitmap, into picture: inout WebPPicture) -> Bool {
        unsafe picture.width = Int32(bitmap.size.width)
        unsafe picture.height = Int32(bitmap.size.height)
        let stride = Int32(bitmap.size.width * 4)
        let opaque = bitmap.isOpaque
        return unsafe bitmap.pixels.withUnsafeBufferPointer { pixels in
            opaque
                ? unsafe WebPPictureImportRGBX(&picture, pixels.baseAddress, stride) != 0
                : unsafe WebPPictureImportRGBA(&picture, pixels.baseAddress, stride) != 0
        }
    }

    private static func write(
        _ picture: inout WebPPicture, config: inout WebPConfig
    ) -> [UInt8]? {
        unsafe withUnsafeTemporaryAllocation(of: WebPMemoryWriter.self, capacity: 1) { memory in
            guard let writer = memory.baseAddress else { return nil }
            unsafe WebPMemoryWriterInit(writer)
            defer { unsafe WebPMemoryWriterClear(writer) }
            unsafe picture.writer = WebPMemoryWrite
            unsafe picture.custom_ptr = UnsafeMutableRawPointer(writer)
            guard unsafe WebPEncode(&config, &picture) != 0 else { return nil }
            return unsafe Array(
                UnsafeBufferPointer(start: writer.pointee.mem, count: writer.pointee.size))
        }
    }
}

import CTurboJPEG

/// JPEG through TurboJPEG.
enum JPEG {
    /// Free of visible blocks on photographs.
    static let qualityDefault = 85

    static func inspect(_ bytes: [UInt8]) throws(PictureFailure) -> JPEGHeader {
        try JPEGHeader(bytes)
    }

    /// The pixels. Grey, CMYK and YCCK come out as RGB; the picture is opaque.
    static func decode(_ bytes: [UInt8]) throws(PictureFailure) -> Bitmap {
        let header = try JPEGHeader(bytes)
        try header.checkScans(of: bytes)
        guard let handle = unsafe tjInitDecompress() else {
            throw .corrupt(.jpeg, "TurboJPEG did not start")
        }
        defer { unsafe tjDestroy(handle) }
        let size = header.info.size
        let layout = header.components == 4 ? TJPF_CMYK : TJPF_RGBA
        var failure: PictureFailure?
        var pixels = unsafe [UInt8](unsafeUninitializedCapacity: size.pixels * 4) {
            buffer, filled in
            let status = unsafe bytes.withUnsafeBufferPointer { file in
                unsafe tjDecompress2(
                    handle, file.baseAddress, UInt(file.count), buffer.baseAddress,
                    Int32(size.width), 0, Int32(size.height), Int32(layout.rawValue), 0)
            }
            if status != 0 { failure = unsafe Self.failure(handle) }
            filled = failure == nil ? size.pixels * 4 : 0
        }
        if let failure { throw failure }
        if header.components == 4 { convertFromCMYK(&pixels, inverted: header.isAdobe) }
        return Bitmap(size: size, pixels: pixels)
    }

    /// What TurboJPEG complains of; nil for what every viewer overlooks.
    private static func failure(_ handle: tjhandle) -> PictureFailure? {
        let message = unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? ""
        // Of several warnings TurboJPEG keeps the first. Padding between segments is common.
        if unsafe tjGetErrorCode(handle) == Int32(TJERR_WARNING.rawValue),
            message.contains("extraneous bytes")
        {
            return nil
        }
        return failure(for: message)
    }

    /// What a complaint of TurboJPEG's comes to.
    static func failure(for message: String) -> PictureFailure {
        let early = ["Premature end of JPEG file", "premature end of data segment"]
        if early.contains(where: { message.contains($0) }) { return .truncated(.jpeg) }
        return .corrupt(.jpeg, message)
    }

    /// Adobe's programs store ink as its complement, and say so by their marker.
    private static func convertFromCMYK(_ pixels: inout [UInt8], inverted: Bool) {
        let flip: UInt8 = inverted ? 0 : 255
        unsafe pixels.withUnsafeMutableBufferPointer { bytes in
            for position in stride(from: 0, to: bytes.count, by: 4) {
                let black = unsafe UInt32(bytes[position + 3] ^ flip)
                for channel in position..<position + 3 {
                    let ink = unsafe UInt32(bytes[channel] ^ flip)
                    unsafe bytes[channel] = UInt8((ink * black + 127) / 255)
                }
                unsafe bytes[position + 3] = 255
            }
        }
    }

    static func encode(_ bitmap: Bitmap, quality: Int) throws(PictureFailure) -> [UInt8] {
        let pixels = bitmap.isOpaque ? bitmap.pixels : flattened(bitmap.pixels)
        guard let handle = unsafe tjInitCompress() else {
            throw .unwritable(.jpeg, "TurboJPEG did not start")
        }
        defer { unsafe tjDestroy(handle) }
        var file: UnsafeMutablePointer<UInt8>?
        var count: UInt = 0
        defer { unsafe tjFree(file) }
        let status = unsafe pixels.withUnsafeBufferPointer { source in
            unsafe tjCompress2(
                handle, source.baseAddress, Int32(bitmap.size.width), 0,
                Int32(bitmap.size.height), Int32(TJPF_RGBX.rawValue), &file, &count,
                Int32(TJSAMP_420.rawValue), Int32(max(1, quality)), 0)
        }
        guard status == 0 else {
            throw .unwritable(
                .jpeg, unsafe tjGetErrorStr2(handle).map { unsafe String(cString: $0) } ?? "")
        }
        return unsafe Array(UnsafeBufferPointer(start: file, count: Int(count)))
    }

    /// The picture over white.
    private static func flattened(_ pixels: [UInt8]) -> [UInt8] {
        var pixels = pixels
        unsafe pixels.withUnsafeMutableBufferPointer { bytes in
            for position in stride(from: 0, to: bytes.count, by: 4) {
                let alpha = unsafe UInt32(bytes[position + 3])
                for channel in position..<position + 3 {
                    let colour = unsafe UInt32(bytes[channel])
                    unsafe bytes[channel] = UInt8(
                        (colour * alpha + 255 * (255 - alpha) + 127) / 255)
                }
                unsafe bytes[position + 3] = 255
            }
        }
        return pixels
    }
}

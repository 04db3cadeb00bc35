package import Pictures

/// A picture file with parts put in that cameras and programs write beside the pixels.
///
/// Written for tests, from the formats' documents: PNG (third edition), JPEG (ITU-T T.81, JFIF 1.02, Exif
/// 2.32) and WebP (RFC 9649).
package enum Annotated {
    /// A text that must not be found where metadata is gone.
    package static let secret = "SECRET-51.5N-0.1W"

    /// The file with a place, a camera, texts, a preview and bytes behind its end; turned as EXIF's
    /// `orientation` says, with content credentials and a colour profile.
    package static func file(
        _ bytes: [UInt8], _ format: ImageFormat, orientation: UInt8 = 1, profile: [UInt8]? = nil,
        credentials: Bool = false
    ) -> [UInt8] {
        switch format {
        case .png: png(bytes, orientation, profile, credentials)
        case .jpeg: jpeg(bytes, orientation, profile, credentials)
        case .webp: webp(bytes, orientation, profile, credentials)
        }
    }

    /// An ICC profile, as far as a reader that looks at its head alone can tell.
    package static let profile: [UInt8] = {
        var bytes = [UInt8](repeating: 7, count: 300)
        bytes.replaceSubrange(16..<20, with: "RGB ".utf8)
        return bytes
    }()

    /// A big-endian TIFF directory: the maker, then the orientation.
    package static func exif(_ orientation: UInt8) -> [UInt8] {
        let text = Array(secret.utf8) + [0]
        return Array("MM".utf8) + [0, 42, 0, 0, 0, 8, 0, 2]
            + [0x01, 0x0F, 0, 2, 0, 0, 0, UInt8(text.count), 0, 0, 0, 38]
            + [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0] + [0, 0, 0, 0] + text
    }

    private static func png(
        _ bytes: [UInt8], _ orientation: UInt8, _ profile: [UInt8]?, _ credentials: Bool
    ) -> [UInt8] {
        func chunk(_ tag: String, _ data: [UInt8]) -> [UInt8] {
            let body = Array(tag.utf8) + data
            return big(data.count) + body + big(Int(crc(body)))
        }
        let text = Array(secret.utf8)
        var parts = chunk("tEXt", Array("Author".utf8) + [0] + text)
        parts += chunk("iTXt", Array("XML:com.adobe.xmp".utf8) + [0, 0, 0, 0, 0] + text)
        parts += chunk("eXIf", exif(orientation)) + chunk("tIME", [7, 230, 1, 1, 1, 1, 1])
        parts += chunk("prVt", text)
        if let profile {
            // zlib's form, stored.
            let length = [UInt8(profile.count & 255), UInt8(profile.count >> 8)]
            let stored =
                [0x78, 0x01, 1] + length + length.map { ~$0 } + profile + big(Int(adler(profile)))
            parts = chunk("iCCP", Array(secret.utf8) + [0, 0] + stored) + parts
        }
        if credentials { parts += chunk("caBX", text) }
        return Array(bytes[..<33]) + parts + bytes[33...] + text
    }

    private static func jpeg(
        _ bytes: [UInt8], _ orientation: UInt8, _ profile: [UInt8]?, _ credentials: Bool
    ) -> [UInt8] {
        func segment(_ marker: UInt8, _ data: [UInt8]) -> [UInt8] {
            [0xFF, marker, UInt8((data.count + 2) >> 8), UInt8((data.count + 2) & 255)] + data
        }
        let text = Array(secret.utf8)
        var parts = segment(0xE1, Array("Exif\0\0".utf8) + exif(orientation))
        parts += segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8) + text)
        parts += segment(0xED, Array("Photoshop 3.0\0".utf8) + text) + segment(0xFE, text)
        parts += segment(0xE2, Array("MPF\0".utf8) + text) + segment(0xE5, text)
        if let profile { parts += segment(0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1] + profile) }
        if credentials { parts += segment(0xEB, Array("JP".utf8) + [0, 1, 0, 0, 0, 1] + text) }
        // Behind JFIF's head, which comes first.
        let start = 2 + 2 + (Int(bytes[4]) << 8 | Int(bytes[5]))
        return Array(bytes[..<start]) + parts + bytes[start...] + text
    }

    private static func webp(
        _ bytes: [UInt8], _ orientation: UInt8, _ profile: [UInt8]?, _ credentials: Bool
    ) -> [UInt8] {
        func little(_ number: Int) -> [UInt8] { big(number).reversed() }
        func chunk(_ tag: String, _ data: [UInt8]) -> [UInt8] {
            Array(tag.utf8) + little(data.count) + data + (data.count % 2 == 1 ? [0] : [])
        }
        let text = Array(secret.utf8)
        // A picture that cannot be read is left as it is, and its test says so.
        guard let info = try? Picture.inspect(bytes) else { return bytes }
        let flags: UInt8 = 0x08 | 0x04 | (profile == nil ? 0 : 0x20) | (info.hasAlpha ? 0x10 : 0)
        var body = chunk(
            "VP8X",
            [flags, 0, 0, 0] + little(info.size.width - 1).prefix(3)
                + little(info.size.height - 1).prefix(3))
        if let profile { body += chunk("ICCP", profile) }
        let isExtended = bytes[12..<16].elementsEqual("VP8X".utf8)
        body += bytes[(isExtended ? 30 : 12)...]
        if body.count % 2 == 1 { body.append(0) }
        body += chunk("EXIF", exif(orientation)) + chunk("XMP ", text)
        if credentials { body += chunk("C2PA", text) }
        return Array("RIFF".utf8) + little(body.count + 4) + Array("WEBP".utf8) + body + text
    }

    private static func big(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }

    private static func adler(_ bytes: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in bytes {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }
}

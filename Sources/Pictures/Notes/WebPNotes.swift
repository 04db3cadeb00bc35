/// Chunks beside the pixels, and the extended header that announces them: RFC 9649, section 2.7.
extension WebP {
    /// Bits of the extended header's first byte.
    private enum Flag {
        static let profile: UInt8 = 0x20
        static let alpha: UInt8 = 0x10
        static let exif: UInt8 = 0x08
        static let xmp: UInt8 = 0x04
    }

    static func notes(of bytes: [UInt8], _ pieces: FilePieces) -> PictureNotes {
        var notes = PictureNotes()
        // Of several the first counts, as for most readers.
        var hasEXIF = false
        for piece in pieces.list {
            switch piece.tag {
            case FilePiece.tag("EXIF") where !hasEXIF:
                hasEXIF = true
                // Some writers begin it as in a JPEG.
                let data = bytes[piece.data]
                let head = Array("Exif\0\0".utf8)
                notes.orientation = EXIF.orientation(
                    in: data.starts(with: head) ? data.dropFirst(head.count) : data)
            case FilePiece.tag("ICCP") where piece.data.count <= PictureNotes.profileMax:
                notes.profile = Array(bytes[piece.data])
            case FilePiece.tag("C2PA"): notes.hasCredentials = true
            default: break
            }
        }
        return notes
    }

    static func bare(
        _ bytes: [UInt8], _ pieces: FilePieces, _ label: PictureLabel
    ) -> [UInt8] {
        // One of each: a second is drawn by nobody.
        let kept = [FilePiece.tag("ALPH"), FilePiece.tag("VP8 "), FilePiece.tag("VP8L")].compactMap(
            pieces.first)
        let own = pieces.first(FilePiece.tag("ICCP")).map { bytes[$0.data] }
        let profile = label.profile ?? own.map(Array.init)
        let exif = label.exif
        var file = Array("RIFF".utf8) + [0, 0, 0, 0] + Array("WEBP".utf8)
        let hasAlphaPart = kept.contains { $0.tag == FilePiece.tag("ALPH") }
        if profile != nil || exif != nil || label.xmp != nil || hasAlphaPart,
            // The picture was read before: without its size, it is written as it was.
            let info = try? inspect(bytes)
        {
            let flags =
                (profile == nil ? 0 : Flag.profile) | (info.hasAlpha ? Flag.alpha : 0)
                | (exif == nil ? 0 : Flag.exif) | (label.xmp == nil ? 0 : Flag.xmp)
            append(
                "VP8X",
                [flags, 0, 0, 0] + littleEndian(info.size.width - 1).prefix(3)
                    + littleEndian(info.size.height - 1).prefix(3), to: &file)
        }
        if let profile { append("ICCP", profile, to: &file) }
        for piece in kept {
            file += bytes[piece.whole]
            if file.count % 2 == 1 { file.append(0) }
        }
        if let exif { append("EXIF", exif, to: &file) }
        if let xmp = label.xmp { append("XMP ", xmp, to: &file) }
        file.replaceSubrange(4..<8, with: littleEndian(file.count - 8))
        return file
    }

    private static func append(_ tag: String, _ data: [UInt8], to file: inout [UInt8]) {
        file += tag.utf8
        file += littleEndian(data.count)
        file += data
        if data.count % 2 == 1 { file.append(0) }
    }

    private static func littleEndian(_ number: Int) -> [UInt8] {
        [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}

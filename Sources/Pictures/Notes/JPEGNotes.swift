/// Markers and names of application segments: JFIF 1.02, Exif 2.32, ICC.1 annex B.4, XMP part 3,
/// C2PA 2.1 (JUMBF in APP11).
extension JPEG {
    private static let jfif = Array("JFIF\0".utf8)
    private static let exif = Array("Exif\0\0".utf8)
    private static let icc = Array("ICC_PROFILE\0".utf8)
    private static let xmp = Array("http://ns.adobe.com/xap/1.0/\0".utf8)
    private static let adobe = Array("Adobe".utf8)
    private static let jumbf = Array("JP".utf8)
    /// JFIF's header without a preview.
    private static let jfifBytes = 14
    /// Of a profile in one segment, whose length has 16 bits.
    private static let profilePart = 65_000

    static func notes(of bytes: [UInt8], _ pieces: FilePieces) -> PictureNotes {
        var notes = PictureNotes()
        var profile: [UInt8: ArraySlice<UInt8>] = [:]
        // Of several the first counts, as for most readers.
        var hasEXIF = false
        for piece in pieces.list {
            let data = bytes[piece.data]
            switch piece.tag {
            case 0xE1 where data.starts(with: exif) && !hasEXIF:
                hasEXIF = true
                notes.orientation = EXIF.orientation(in: data.dropFirst(exif.count))
            case 0xE2 where data.starts(with: icc) && data.count > icc.count + 2:
                // Its number, and how many there are.
                profile[data[data.startIndex + icc.count]] = data.dropFirst(icc.count + 2)
            case 0xEB where data.starts(with: jumbf): notes.hasCredentials = true
            default: break
            }
        }
        if !profile.isEmpty {
            notes.profile = Array(profile.sorted { $0.key < $1.key }.map(\.value).joined())
        }
        return notes
    }

    static func bare(_ bytes: [UInt8], _ pieces: FilePieces, _ label: PictureLabel) -> [UInt8] {
        var file: [UInt8] = [0xFF, 0xD8]
        file.reserveCapacity(bytes.count)
        // JFIF's header comes first where there is one.
        for piece in pieces.list where piece.tag == 0xE0 {
            let data = bytes[piece.data]
            guard data.starts(with: jfif), data.count >= jfifBytes else { continue }
            // Its last two bytes are the sides of a preview that is left out.
            append(0xE0, data.prefix(jfifBytes - 2) + [0, 0], to: &file)
            break
        }
        if let value = label.exif { append(0xE1, exif + value, to: &file) }
        if let value = label.xmp { append(0xE1, xmp + value, to: &file) }
        if let profile = label.profile {
            let parts = stride(from: 0, to: profile.count, by: profilePart).map {
                profile[$0..<min($0 + profilePart, profile.count)]
            }
            for (index, part) in parts.enumerated() {
                append(0xE2, icc + [UInt8(index + 1), UInt8(parts.count)] + part, to: &file)
            }
        }
        for piece in pieces.list where isNeeded(piece, bytes) { file += bytes[piece.whole] }
        return file + [0xFF, endMarker]
    }

    /// Whether the pixels would look different without it. JFIF's header is written anew.
    private static func isNeeded(_ piece: FilePiece, _ bytes: [UInt8]) -> Bool {
        let data = bytes[piece.data]
        return switch piece.tag {
        case 0xE2: data.starts(with: icc)
        case 0xEE: data.starts(with: adobe)
        // Frames, tables, scans and their parameters: T.81, table B.1.
        case 0xC0...0xCF, 0xDA...0xDF: true
        default: false
        }
    }

    private static func append(
        _ marker: UInt8, _ data: some Collection<UInt8>, to file: inout [UInt8]
    ) {
        let length = data.count + 2
        file += [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)]
        file += data
    }
}

import CPNG

extension PNG {
    /// Chunks without which the pixels would look different: of the PNG specification, third edition.
    private static let needed: Set<UInt32> = Set(
        ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "cICP"].map
        {
            $0.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        })
    private static let xmpKeyword = "XML:com.adobe.xmp"

    static func notes(of bytes: [UInt8], _ pieces: FilePieces) -> PictureNotes {
        var notes = PictureNotes()
        for piece in pieces.list {
            switch piece.tag {
            case FilePiece.tag("eXIf"): notes.orientation = EXIF.orientation(in: bytes[piece.data])
            case FilePiece.tag("caBX"): notes.hasCredentials = true
            case FilePiece.tag("iCCP"): notes.profile = profile(in: Array(bytes[piece.data]))
            default: break
            }
        }
        return notes
    }

    static func bare(_ bytes: [UInt8], _ pieces: FilePieces, _ label: PictureLabel) -> [UInt8] {
        var file = signature
        file.reserveCapacity(bytes.count)
        for piece in pieces.list where needed.contains(piece.tag) {
            file += bytes[piece.whole]
            guard piece.tag == FilePiece.tag("IHDR") else { continue }
            if let profile = label.profile, let packed = packed(profile) {
                append("iCCP", Array("ICC".utf8) + [0, 0] + packed, to: &file)
            }
            if let exif = label.exif { append("eXIf", exif, to: &file) }
            if let xmp = label.xmp {
                // Not compressed, no language, no translated keyword.
                append("iTXt", Array(xmpKeyword.utf8) + [0, 0, 0, 0, 0] + xmp, to: &file)
            }
        }
        return file
    }

    /// A name, a zero, the method, and the profile as zlib packs it.
    private static func profile(in data: [UInt8]) -> [UInt8]? {
        guard let end = data.prefix(80).firstIndex(of: 0), end + 2 < data.count else { return nil }
        let packed = Array(data[(end + 2)...])
        var room = [UInt8](repeating: 0, count: PictureNotes.profileMax)
        var count = UInt(room.count)
        let status = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe packed.withUnsafeBufferPointer { packed in
                unsafe uncompress(room.baseAddress, &count, packed.baseAddress, UInt(packed.count))
            }
        }
        return status == Z_OK ? Array(room[..<Int(count)]) : nil
    }

    private static func packed(_ profile: [UInt8]) -> [UInt8]? {
        var room = [UInt8](repeating: 0, count: Int(compressBound(UInt(profile.count))))
        var count = UInt(room.count)
        let status = unsafe room.withUnsafeMutableBufferPointer { room in
            unsafe profile.withUnsafeBufferPointer { profile in
                unsafe compress2(
                    room.baseAddress, &count, profile.baseAddress, UInt(profile.count), 6)
            }
        }
        return status == Z_OK ? Array(room[..<Int(count)]) : nil
    }
}

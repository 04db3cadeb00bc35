import CPNG

extension PNG {
    /// Chunks without which the pixels would look different: of the PNG specification, third edition.
    private static let needed: Set<UInt32> = Set(
        ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "cICP"].map {
            $0.utf8.reduce(0) { $0 << 8 | UInt32($1) }
        })
    private static let xmpKeyword = "XML:com.adobe.xmp"

    static func notes(of bytes: [UInt8], _ pieces: FilePieces) -> PictureNotes {
        var notes = PictureNotes()
        // Of several the first counts, as for most readers.
        if let exif = pieces.first(FilePiece.tag("eXIf")) {
            notes.orientation = EXIF.orientation(in: bytes[exif.data])
        }
        if let packed = pieces.first(FilePiece.tag("iCCP")) {
            notes.profile = profile(in: Array(bytes[packed.data]))
        }
        notes.hasCredentials = pieces.first(FilePiece.tag("caBX")) != nil
        return notes
    }

    static func bare(_ bytes: [UInt8], _ pieces: FilePieces, _ label: PictureLabel) -> [UInt8] {
        var file = signature
        file.reserveCapacity(bytes.count)
        for piece in pieces.list where needed.contains(piece.tag) {
            file += bytes[piece.whole]
            guard piece.tag == FilePiece.tag("IHDR") else { continue }
            let own = pieces.first(FilePiece.tag("iCCP")).flatMap { packed(in: bytes[$0.data]) }
            if let packed = label.profile.flatMap(packed).map({ $0[...] }) ?? own {
                // Its name is a text too.
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

    /// A name, a zero, the method, and the profile as zlib packs it: that alone.
    private static func packed(in data: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let end = data.prefix(80).firstIndex(of: 0), end + 2 < data.endIndex else {
            return nil
        }
        return data[(end + 2)...]
    }

    private static func profile(in data: [UInt8]) -> [UInt8]? {
        guard let packed = packed(in: data[...]).map(Array.init) else { return nil }
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

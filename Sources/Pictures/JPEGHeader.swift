/// What the segments before a JPEG's pixels say.
struct JPEGHeader {
    let info: PictureInfo
    /// 1 grey, 3 colour, 4 ink.
    let components: Int
    /// Whether Adobe's marker is there, and with it inverted ink.
    let isAdobe: Bool
    private let pixelsStart: Int

    /// A progressive picture has about ten scans; each costs a pass over the whole picture, so a
    /// few kilobytes with hundreds of scans could keep a core busy for minutes.
    private static let scansMax = 100
    /// Scans times pixels: sixteen passes over the largest picture, seconds of work.
    private static let scannedPixelsMax = 1_024_000_000

    /// Walks from segment to segment up to the first scan, or says what is wrong.
    init(_ bytes: [UInt8]) throws(PictureFailure) {
        var position = 2
        var isAdobe = false
        var frame: (size: PixelSize, components: Int)?
        while true {
            let (marker, start) = try Self.marker(in: bytes, from: position)
            guard start + 2 <= bytes.count else { throw .truncated(.jpeg) }
            let length = bytes.bigEndian16(at: start)
            guard length >= 2 else { throw .corrupt(.jpeg, "a segment has no length") }
            position = start + length
            guard position <= bytes.count else { throw .truncated(.jpeg) }
            switch marker {
            case 0xC0, 0xC1, 0xC2: frame = try Self.frame(bytes[start..<position])
            case 0xC4, 0xC8, 0xCC: break  // tables, within the range of the frame kinds
            case 0xC3, 0xC5...0xCF:
                throw .unsupported("a JPEG of a rare kind (frame \(marker & 15))")
            case 0xEE: isAdobe = isAdobe || bytes[(start + 2)..<position].starts(with: "Adobe".utf8)
            case 0xDA:
                guard let frame else { throw .corrupt(.jpeg, "its pixels come before its size") }
                info = PictureInfo(format: .jpeg, size: frame.size, hasAlpha: false)
                components = frame.components
                self.isAdobe = isAdobe
                pixelsStart = position
                return
            default: break
            }
        }
    }

    /// The next marker that opens a segment, and where that segment's length stands.
    private static func marker(
        in bytes: [UInt8], from start: Int
    ) throws(PictureFailure) -> (marker: UInt8, segment: Int) {
        var position = start
        // Bytes between segments are against the rules, and skipped by every decoder.
        while position + 1 < bytes.count {
            let marker = bytes[position + 1]
            let standsAlone = marker == 0 || marker == 0xFF || (0xD0...0xD8).contains(marker)
            if bytes[position] == 0xFF, !standsAlone {
                guard marker != 0xD9 else { throw .truncated(.jpeg) }
                return (marker, position + 2)
            }
            position += 1
        }
        throw .truncated(.jpeg)
    }

    private static func frame(
        _ segment: ArraySlice<UInt8>
    ) throws(PictureFailure) -> (size: PixelSize, components: Int) {
        let fields = Array(segment)
        guard fields.count >= 8 else { throw .corrupt(.jpeg, "its frame header is too short") }
        guard fields[2] == 8 else { throw .unsupported("a JPEG with \(fields[2]) bits a sample") }
        let components = Int(fields[7])
        guard [1, 3, 4].contains(components) else {
            throw .unsupported("a JPEG with \(components) components")
        }
        let size = PixelSize(width: fields.bigEndian16(at: 5), height: fields.bigEndian16(at: 3))
        return (size, components)
    }

    /// Refuses a picture whose scans would cost out of all proportion.
    func checkScans(of bytes: [UInt8]) throws(PictureFailure) {
        let scans = 1 + Self.laterScans(in: bytes, from: pixelsStart)
        guard scans <= Self.scansMax, scans * info.size.pixels <= Self.scannedPixelsMax else {
            throw .unsupported("a JPEG with \(scans) scans")
        }
    }

    private static func laterScans(in bytes: [UInt8], from start: Int) -> Int {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            var scans = 0
            var position = start
            while position + 1 < bytes.count {
                if unsafe bytes[position] == 0xFF, unsafe bytes[position + 1] == 0xDA { scans += 1 }
                position += 1
            }
            return scans
        }
    }
}

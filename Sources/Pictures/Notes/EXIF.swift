/// What we read and write of EXIF: the orientation, and nothing else.
enum EXIF {
    private static let tag = 0x0112
    /// Entries of a directory that are looked at: cameras write some dozens.
    private static let entriesMax = 1000

    /// What the TIFF structure `bytes` says, or the default where it says nothing that makes sense.
    static func orientation(in bytes: ArraySlice<UInt8>) -> Orientation {
        let bytes = Array(bytes)
        guard bytes.count >= 14 else { return .upright }
        let isLittle = bytes.starts(with: [0x49, 0x49, 0x2A, 0])
        guard isLittle || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) else { return .upright }
        func number(_ count: Int, at position: Int) -> Int? {
            guard position >= 0, position + count <= bytes.count else { return nil }
            let digits = bytes[position..<position + count]
            return isLittle
                ? digits.reversed().reduce(0) { $0 << 8 | Int($1) }
                : digits.reduce(0) { $0 << 8 | Int($1) }
        }
        guard let directory = number(4, at: 4), let count = number(2, at: directory) else {
            return .upright
        }
        for entry in 0..<min(count, entriesMax) {
            let position = directory + 2 + entry * 12
            guard let found = number(2, at: position) else { break }
            // One number of 16 bits stands at the front of the entry's last four bytes.
            guard found == tag, number(2, at: position + 2) == 3 else { continue }
            return number(2, at: position + 8).flatMap { UInt8(exactly: $0) }
                .flatMap(Orientation.init) ?? .upright
        }
        return .upright
    }

    /// A TIFF structure that says `orientation` alone.
    static func saying(_ orientation: Orientation) -> [UInt8] {
        [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation.rawValue]
            + [UInt8](repeating: 0, count: 7)
    }
}

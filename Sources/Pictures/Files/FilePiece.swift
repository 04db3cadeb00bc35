/// One part of a picture file: a chunk of a PNG or WebP, a segment of a JPEG.
///
/// A piece of a PNG or WebP is named by its four characters as one number, a segment by its marker.
struct FilePiece: Sendable {
    let tag: UInt32
    /// Where it stands in the file, with all that frames it.
    let whole: Range<Int>
    /// What it holds. For a JPEG's scan: its header alone.
    let data: Range<Int>

    /// More pieces than any encoder writes for a picture that we take (128 MiB in pieces of 2 KB), and
    /// few enough to list.
    static let countMax = 65_536

    /// The number of the four characters `text`.
    static func tag(_ text: StaticString) -> UInt32 {
        precondition(text.utf8CodeUnitCount == 4, "a tag has four characters")
        return text.withUTF8Buffer { unsafe $0.reduce(0) { $0 << 8 | UInt32($1) } }
    }
}

/// The pieces of a file that has all of them, and where it ends.
struct FilePieces: Sendable {
    var list: [FilePiece] = []
    /// Where the picture ends. What follows is none of it.
    var end = 0

    /// The first piece of this kind.
    func first(_ tag: UInt32) -> FilePiece? { list.first { $0.tag == tag } }

    mutating func add(_ piece: FilePiece, of format: ImageFormat) throws(PictureFailure) {
        guard list.count < FilePiece.countMax else {
            throw .unsupported("a \(format.name) of more than \(FilePiece.countMax) parts")
        }
        list.append(piece)
    }
}

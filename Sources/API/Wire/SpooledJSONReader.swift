import Gateway
import HTTP
import Signing
import Units

/// Reads a JSON body, and writes the large pictures in it to disk as they come.
///
/// Whoever reads one takes the files, or abandons it.
struct SpooledJSONReader {
    private let inputs: Inputs
    private var scanner: SpooledJSON
    private var spool: Spool?
    private var word = ""
    private var field = ""
    /// What was written, by the word in its place.
    private(set) var files: [String: SpooledFile] = [:]

    init(inputs: Inputs, textBytesMax: Int) {
        self.inputs = inputs
        scanner = SpooledJSON(bytesMax: textBytesMax)
    }

    /// What is left of the body.
    var text: [UInt8] { scanner.text }

    /// The same, with each picture as its digest: equal for equal bodies.
    func textWithDigests() async throws -> [UInt8] {
        var digests: [String: String] = [:]
        for (word, file) in files {
            digests[word] = "sha256:\(Hex.text(of: try await inputs.digest(of: file)))"
        }
        return scanner.text { digests[$0] ?? $0 }
    }

    mutating func read(_ early: [UInt8], then body: RequestBody, limitBytes: Int) async throws {
        var count = early.count
        try await take(early)
        while let piece = try await body.next() {
            count += piece.count
            guard count <= limitBytes else { throw BodyFailure.tooLarge(limitBytes: limitBytes) }
            try await take(piece)
        }
        try scanner.end()
    }

    /// Forgets all of it.
    mutating func abandon() async {
        await spool?.abandon()
        await inputs.discard(Array(files.values))
    }

    private mutating func take(_ piece: [UInt8]) async throws {
        for event in try scanner.take(piece) {
            switch event {
            case .picture(let word, let field):
                (self.word, self.field) = (word, field)
                spool = try await inputs.spool()
            case .content(let bytes):
                do {
                    try await spool?.write(bytes)
                } catch is Spool.TooLarge {
                    throw Inputs.tooLarge(field)
                }
            case .endOfPicture:
                guard let whole = spool else { continue }
                spool = nil
                files[word] = try await whole.keep()
            }
        }
    }
}

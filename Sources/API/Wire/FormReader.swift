import Gateway
import HTTP
import Signing
import Units

/// Reads a form, and writes the files in it to disk as they come.
///
/// Whoever reads one takes the files, or abandons it.
struct FormReader {
    private let inputs: Inputs
    private var decoder: Multipart
    private var sink: FormSink?
    private var head = MultipartHead(name: "")
    private var texts = 0
    private var begun = 0
    private var textBytes = 0
    private(set) var parts: [Form.Part] = []
    private(set) var files: [SpooledFile] = []

    static let textsMax = 64
    /// Parts of all kinds, empty ones too.
    static let partsMax = 128
    /// Of all texts together.
    static let textBytesMax = 1024 * 1024

    /// Fields whose content is a picture even where it is not called a file.
    private static let pictures: Set<String> = [
        "image", "images", "input_references", "mask", "markup", "file",
    ]

    /// A field that says which encoding the texts have (RFC 7578, section 4.6).
    private static let charset = "_charset_"

    private static func check(charset: String) throws(Refusal) {
        guard ["utf-8", "utf8", "us-ascii", ""].contains(charset.lowercased()) else {
            throw Refusal(
                .invalidValue,
                "The form's texts are in '\(charset.prefix(40))': send them in UTF-8.",
                field: Self.charset)
        }
    }

    init(boundary: String, inputs: Inputs) {
        self.inputs = inputs
        decoder = Multipart(boundary: boundary)
    }

    mutating func read(_ body: RequestBody, limitBytes: Int) async throws {
        var count = 0
        while let piece = try await body.next() {
            count += piece.count
            guard count <= limitBytes else { throw BodyFailure.tooLarge(limitBytes: limitBytes) }
            for event in try decoder.take(piece) { try await take(event) }
        }
        try decoder.end()
    }

    /// Forgets all of it.
    mutating func abandon() async {
        await sink?.spool?.abandon()
        await inputs.discard(files)
    }

    /// Each part's name, and what stands for its content where requests are compared.
    func digests() async throws -> [(name: String, digest: [UInt8])] {
        var digests: [(name: String, digest: [UInt8])] = []
        for part in parts {
            let digest =
                switch part.content {
                case .text(let text): SHA256.digest(Array(text.utf8))
                case .file(let file): try await inputs.digest(of: file)
                }
            digests.append((part.name, digest))
        }
        return digests
    }

    private mutating func take(_ event: Multipart.Event) async throws {
        switch event {
        case .part(let head):
            self.head = head
            begun += 1
            guard begun <= Self.partsMax else {
                throw Refusal(
                    .invalidValue, "The form has more than \(Self.partsMax) parts.",
                    field: head.name)
            }
            if head.filename != nil {
                sink = .spool(try await begin())
            } else {
                let base = String(Form.base(of: head.name))
                sink = Self.pictures.contains(base) ? .undecided([]) : .text([])
            }
        case .content(let bytes): try await take(bytes)
        case .endOfPart: try await endPart()
        }
    }

    private func begin() async throws -> Spool {
        guard files.count < Inputs.picturesMax else {
            throw Refusal(
                .invalidValue,
                "The form holds more than \(Inputs.picturesMax) files; 16 pictures and a mask are "
                    + "accepted.", field: head.name)
        }
        return try await inputs.spool()
    }

    private mutating func take(_ bytes: [UInt8]) async throws {
        switch sink {
        case .text(var begun):
            textBytes += bytes.count
            guard textBytes <= Self.textBytesMax else {
                throw Refusal(
                    .bodyTooLarge,
                    "The texts of the form are larger than \(Self.textBytesMax) bytes.",
                    field: head.name)
            }
            // Let go of first, or each piece would copy all before it.
            sink = nil
            begun += bytes
            sink = .text(begun)
        case .undecided(let begun):
            let begun = begun + bytes
            sink = .undecided(begun)
            if begun.count >= FormSink.decisionBytes { try await decide() }
        case .spool, .base64:
            do {
                try await sink?.write(bytes)
            } catch is Spool.TooLarge {
                throw Inputs.tooLarge(head.name)
            } catch is Base64Reader.Broken {
                throw Refusal(
                    .invalidValue, "Invalid '\(head.name)': its base64 is damaged.",
                    field: head.name)
            }
        case nil: break
        }
    }

    /// Says what the part under way is by what has come of it, and takes that.
    private mutating func decide() async throws {
        guard case .undecided(let begun) = sink else { return }
        switch FormSink.kind(of: begun) {
        case .text:
            sink = .text([])
            try await take(begun)
        case .file:
            sink = .spool(try await begin())
            try await take(begun)
        case .dataURL(let headCount):
            sink = .base64(try await begin(), Base64Reader())
            try await take(Array(begun.dropFirst(headCount)))
        }
    }

    private mutating func endPart() async throws {
        try await decide()
        switch sink {
        case .text(let bytes):
            texts += 1
            guard texts <= Self.textsMax else {
                throw Refusal(
                    .invalidValue, "The form holds more than \(Self.textsMax) texts.",
                    field: head.name)
            }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Refusal(
                    .invalidValue, "'\(head.name)' is not valid UTF-8.", field: head.name)
            }
            guard head.name != Self.charset else { return try Self.check(charset: text) }
            parts.append(Form.Part(name: head.name, content: .text(text)))
        case .spool, .base64:
            do {
                try await sink?.end()
            } catch is Base64Reader.Broken {
                throw Refusal(
                    .invalidValue, "Invalid '\(head.name)': its base64 is damaged.",
                    field: head.name)
            }
            guard let spool = sink?.spool else { break }
            if spool.byteCount == 0, head.filename == "" {
                // A browser's form whose reader chose no file.
                await spool.abandon()
                break
            }
            sink = nil
            let file = try await spool.keep()
            files.append(file)
            parts.append(Form.Part(name: head.name, content: .file(file)))
        case .undecided, nil: break
        }
        sink = nil
    }
}

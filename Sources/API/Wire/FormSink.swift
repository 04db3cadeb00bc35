import Gateway

/// Where the content of a form's part goes.
enum FormSink {
    case text([UInt8])
    /// A picture's field that is not called a file: a URL, a data URL or the picture itself.
    case undecided([UInt8])
    case spool(Spool)
    case base64(Spool, Base64Reader)

    /// As many bytes tell one from another: a data URL's head is among them.
    static let decisionBytes = DataURL.headMax

    /// What such a field holds.
    enum Kind: Equatable {
        case text
        case file
        /// With as many bytes up to its comma.
        case dataURL(headCount: Int)
    }

    /// By its first `decisionBytes`, or all of it: no picture begins with that much plain text.
    static func kind(of bytes: [UInt8]) -> Kind {
        let start = bytes.prefix(decisionBytes)
        if let comma = start.firstIndex(of: UInt8(ascii: ",")),
            DataURL.isPicture(head: start[...comma])
        {
            return .dataURL(headCount: comma + 1)
        }
        let isText = start.allSatisfy { (0x20...0x7E).contains($0) || [9, 10, 13].contains($0) }
        return isText || start.starts(with: "http".utf8) ? .text : .file
    }

    /// The file under way.
    var spool: Spool? {
        switch self {
        case .spool(let spool), .base64(let spool, _): spool
        case .text, .undecided: nil
        }
    }

    mutating func write(_ bytes: [UInt8]) async throws {
        switch self {
        case .spool(var spool):
            try await spool.write(bytes)
            self = .spool(spool)
        case .base64(var spool, var reader):
            var plain: [UInt8] = []
            try reader.read(bytes[...], into: &plain)
            try await spool.write(plain)
            self = .base64(spool, reader)
        case .text, .undecided: break
        }
    }

    /// Writes what was held back.
    mutating func end() async throws {
        guard case .base64(var spool, var reader) = self else { return }
        var plain: [UInt8] = []
        try reader.end(into: &plain)
        try await spool.write(plain)
        self = .base64(spool, reader)
    }
}

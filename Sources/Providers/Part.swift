internal import Pictures

/// A part of a multipart body (RFC 7578).
public struct Part: Sendable {
    public let name: String
    /// A part with a name of a file is one.
    public let file: (name: String, mediaType: String)?
    public let bytes: [UInt8]

    init(_ name: String, text: String) {
        self.name = name
        file = nil
        bytes = Array(text.utf8)
    }

    init(_ name: String, _ picture: InputFile, file stem: String) {
        self.name = name
        file = ("\(stem).\(picture.format.fileExtension)", picture.format.mediaType)
        bytes = picture.bytes
    }

    /// The parts as a body.
    static func bytes(of parts: [Part], boundary: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.reduce(0) { $0 + $1.bytes.count + 256 })
        for part in parts {
            bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\"".utf8
            if let file = part.file {
                bytes += "; filename=\"\(file.name)\"\r\nContent-Type: \(file.mediaType)".utf8
            }
            bytes += "\r\n\r\n".utf8
            bytes += part.bytes
            bytes += "\r\n".utf8
        }
        bytes += "--\(boundary)--\r\n".utf8
        return bytes
    }
}

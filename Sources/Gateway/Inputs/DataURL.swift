/// A picture written as text: `data:image/png;base64,iVBORw0…` (RFC 2397).
public enum DataURL {
    /// Bytes up to the comma: no media type of ours needs more.
    public static let headMax = 128

    /// Whether `head`, which ends with the comma, begins a picture in base64. Names and parameters
    /// compare without case; which picture it is, its content decides.
    public static func isPicture(head: some Collection<UInt8>) -> Bool {
        guard head.count <= headMax else { return false }
        let text = String(decoding: head, as: UTF8.self).lowercased()
        return text.hasPrefix("data:image/") && text.hasSuffix(";base64,")
    }

    /// Whether something that begins with `bytes` may be a data URL of a picture.
    public static func isBegun(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count <= headMax else { return false }
        return zip(bytes, scheme).allSatisfy { byte, expected in
            byte == expected || byte | 0x20 == expected && (0x41...0x5A).contains(byte)
        }
    }

    private static let scheme = Array("data:image/".utf8)

    /// Whether `text` could be a picture, as far as its beginning tells.
    public static func isPicture(_ text: String) -> Bool {
        head(of: text).map(isPicture(head:)) ?? false
    }

    /// What `text` says; nil when it is no picture in base64.
    static func content(of text: String) throws(Base64Reader.Broken) -> [UInt8]? {
        guard let head = head(of: text), isPicture(head: head) else { return nil }
        var reader = Base64Reader()
        var bytes: [UInt8] = []
        try reader.read(Array(text.utf8.dropFirst(head.count))[...], into: &bytes)
        try reader.end(into: &bytes)
        return bytes
    }

    private static func head(of text: String) -> [UInt8]? {
        let start = text.utf8.prefix(headMax)
        guard let comma = start.firstIndex(of: UInt8(ascii: ",")) else { return nil }
        return Array(start[...comma])
    }
}

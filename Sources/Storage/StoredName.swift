/// The name of one kept picture: nobody finds it by guessing.
///
/// Two letters for the directories it lies in, then 22 random ones: 130 bits. What is not exactly of
/// this shape is no name, so no text from a URL can lead out of the store's directory.
public struct StoredName: Hashable, Sendable, CustomStringConvertible {
    /// `k7` + 22 letters and digits + `.png`.
    public let text: String

    private static let alphabet = Array(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
    /// Every letter and digit that a name can begin with.
    static let letters = alphabet.map { String(decoding: [$0], as: UTF8.self) }

    private static let shardCount = 2
    /// 22 × log₂ 62 = 130.99 bits, above the 128 that make a search hopeless.
    private static let randomCount = 22
    private static let stemCount = shardCount + randomCount
    private static let extensionMax = 8

    /// The name that `text` is; nil when it has any other shape.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count > Self.stemCount + 1, bytes[Self.stemCount] == UInt8(ascii: "."),
            bytes.prefix(Self.stemCount).allSatisfy(Self.isLetterOrDigit),
            Self.isExtension(bytes.dropFirst(Self.stemCount + 1))
        else { return nil }
        self.text = String(decoding: bytes, as: UTF8.self)
    }

    /// A new name in the directories of `shard`.
    init(
        shard: String, extension: String, using generator: inout some RandomNumberGenerator
    ) {
        precondition(shard.utf8.count == Self.shardCount, "a shard is two letters")
        precondition(Self.isExtension(`extension`.utf8), "an extension is 1 to 8 of a–z and 0–9")
        text = shard + Self.random(Self.randomCount, using: &generator) + "." + `extension`
    }

    /// Two random letters: the directories for the next names.
    static func shard(using generator: inout some RandomNumberGenerator) -> String {
        random(shardCount, using: &generator)
    }

    /// `count` letters and digits, each as likely as any other.
    static func random(_ count: Int, using generator: inout some RandomNumberGenerator) -> String {
        let bytes = (0..<count).map { _ in
            alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The two letters.
    var shard: String { String(text.prefix(Self.shardCount)) }
    /// All before the dot.
    var stem: String { String(text.prefix(Self.stemCount)) }

    public var description: String { text }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        alphabet.contains(byte)
    }

    private static func isExtension(_ bytes: some Collection<UInt8>) -> Bool {
        (1...extensionMax).contains(bytes.count)
            && bytes.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
    }
}

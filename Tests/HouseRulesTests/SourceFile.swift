import FoundationEssentials
import Glibc
import Testing

/// A text file of the repository, seen line by line.
struct SourceFile: Sendable {
    /// From the repository's root: `Sources/Units/ID.swift`.
    let path: String
    let lines: [String]

    /// A line by its number, counted from 1, for a report that can be clicked.
    func place(_ index: Int) -> String {
        "\(path):\(index + 1): \(lines[index].trimmed)"
    }

    /// The lines that `matches` and that are not only a comment.
    func code(where matches: (String) -> Bool) -> [String] {
        lines.indices.filter { !lines[$0].isComment && matches(lines[$0]) }.map(place)
    }
}

/// The files of the checkout that this test was compiled from.
enum Repository {
    /// Build products are not ours to judge.
    private static let skipped = [".build/", ".git/"]

    /// The root, past whatever links led the compiler here.
    static let root: String = {
        let file = URL(filePath: #filePath).resolvingSymlinksInPath()
        return file.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path
    }()

    /// The text files under `folders`, or the files named, whose names end with `ending`.
    static func files(under folders: String..., ending: String = "") throws -> [SourceFile] {
        try folders.flatMap { folder in
            try paths(under: folder).filter { $0.hasSuffix(ending) }.compactMap(read)
        }
    }

    /// The Swift files that become part of a program.
    static func programs() throws -> [SourceFile] {
        let files = try files(under: "Sources", "admin", ending: ".swift")
        // A walk that finds nothing would let every rule pass.
        try #require(files.count > 50)
        return files
    }

    /// Names of what is at the root, but for what is not kept there: build products and data.
    static func atRoot() throws -> Set<String> {
        Set(try FileManager.default.contentsOfDirectory(atPath: root))
            .subtracting([".build", ".git", ".hypothesis", ".local"])
    }

    /// Names of the folders directly in `folder`.
    static func folders(in folder: String) throws -> [String] {
        Set(
            try paths(under: folder).compactMap { path in
                let parts = path.split(separator: "/")
                return parts.count > 2 ? String(parts[1]) : nil
            }
        ).sorted()
    }

    static func text(_ path: String) throws -> String {
        let data = try #require(
            FileManager.default.contents(atPath: "\(root)/\(path)"), "\(path) is missing")
        return String(decoding: data, as: UTF8.self)
    }

    private static func paths(under folder: String) throws -> [String] {
        var isFolder = false
        let exists = FileManager.default.fileExists(
            atPath: "\(root)/\(folder)", isDirectory: &isFolder)
        guard exists else { return [] }
        guard isFolder else { return [folder] }
        return try FileManager.default.subpathsOfDirectory(atPath: "\(root)/\(folder)")
            .map { "\(folder)/\($0)" }
            .filter { path in !skipped.contains { path.contains($0) } }
            .sorted()
    }

    /// Nil when it is a folder or no text.
    private static func read(_ path: String) -> SourceFile? {
        guard let data = FileManager.default.contents(atPath: "\(root)/\(path)"),
            let text = String(validating: Array(data), as: UTF8.self)
        else { return nil }
        return SourceFile(
            path: path,
            lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    }
}

extension String {
    var trimmed: String {
        String(drop(while: \.isWhitespace))
    }

    var isComment: Bool { trimmed.hasPrefix("//") }

    /// Whether `word` stands in it, neither preceded nor followed by a letter, digit or `_`.
    func hasWord(_ word: String) -> Bool {
        // Most lines do not, and this tells it a hundred times faster.
        guard unsafe strstr(self, word) != nil else { return false }
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard text.count >= word.count else { return false }
        return (0...text.count - word.count).contains { start in
            text[start..<start + word.count].elementsEqual(word)
                && (start == 0 || !text[start - 1].isOfAName)
                && (start + word.count == text.count || !text[start + word.count].isOfAName
                    || !word[word.count - 1].isOfAName)
        }
    }
}

extension UInt8 {
    fileprivate var isOfAName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

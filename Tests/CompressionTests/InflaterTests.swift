import FoundationEssentials
import Testing

@testable import Compression

/// What is compressed is read whatever pieces it comes in, within bounds.
@Suite struct InflaterTests {
    private static let text = #"{"model":"test/test","prompt":"a fox","size":"16x16"}"#
    private static let gzip =
        "H4sIAAAAAAACA6tWys1PSc1RslIqSS0u0QcRSjpKBUX5uQUlQMFEhbT8CqBAcWZVKpBraFZhaKZUCwAfd5TYNQAAAA=="
    private static let zlib =
        "eNqrVsrNT0nNUbJSKkktLtEHEUo6SgVF+bkFJUDBRIW0/AqgQHFmVSqQa2hWYWimVAsA3MUQyA=="
    private static let bare = "q1bKzU9JzVGyUipJLS7RBxFKOkoFRfm5BSVAwUSFtPwKoEBxZlUqkGtoVmFoplQLAA=="
    /// The same in two members.
    private static let twoMembers =
        "H4sIAAAAAAACA6tWys1PSc1RslIqSS0u0QcRSgBpJAUlFAAAAB+LCAAAAAAAAgPTUSooys8tKFGyUkpUSMuvUNJRKs6sSgVyDc0qDM2UagEb/tFpIQAAAA=="

    private func bytes(_ base64: String) throws -> [UInt8] {
        [UInt8](try #require(Data(base64Encoded: base64)))
    }

    /// All that comes of `bytes`, fed in pieces of so many.
    private func inflated(
        _ bytes: [UInt8], as coding: Inflater.Coding, pieces: Int = .max
    ) throws -> [UInt8] {
        let inflater = Inflater(coding)
        var output: [UInt8] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            inflater.feed(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
            while let piece = try inflater.next() { output += piece }
        }
        try inflater.finish()
        return output
    }

    @Test(arguments: [1, 2, 3, 7, Int.max])
    func eachFormIsReadInAnyPieces(pieces: Int) throws {
        for (sent, coding) in [
            (Self.gzip, Inflater.Coding.gzip), (Self.twoMembers, .gzip), (Self.zlib, .deflate),
            (Self.bare, .deflate),
        ] {
            let output = try inflated(try bytes(sent), as: coding, pieces: pieces)
            #expect(String(decoding: output, as: UTF8.self) == Self.text)
        }
    }

    @Test func whatIsCutShortDamagedOrGoesOnIsRefused() throws {
        let whole = try bytes(Self.gzip)
        for count in 0..<whole.count {
            #expect(throws: Inflater.Failure(words: "is cut short")) {
                try inflated(Array(whole.prefix(count)), as: .gzip)
            }
        }
        for index in 0..<whole.count where ![4, 5, 6, 7, 8, 9].contains(index) {
            var damaged = whole
            damaged[index] ^= 0xFF
            #expect(throws: Inflater.Failure.self, "byte \(index)") {
                try inflated(damaged, as: .gzip)
            }
        }
        #expect(throws: Inflater.Failure(words: "goes on after its end")) {
            try inflated(whole + [0], as: .gzip)
        }
        #expect(throws: Inflater.Failure(words: "goes on after its end")) {
            try inflated(try bytes(Self.zlib) + whole, as: .deflate)
        }
        #expect(throws: Inflater.Failure.self) { try inflated(try bytes(Self.zlib), as: .gzip) }
    }

    /// 65 members without anything in them, and then one.
    @Test func emptyMembersHaveAnEnd() throws {
        let empty = try bytes("H4sIAAAAAAAC/wMAAAAAAAAAAAA=")
        let many = Array(repeatElement(empty, count: 65).joined())
        #expect(throws: Inflater.Failure(words: "goes on after its end")) {
            try inflated(many, as: .gzip)
        }
    }
}

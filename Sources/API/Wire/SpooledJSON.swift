import Gateway
import Signing
import Units

/// Walks a JSON text as it comes, takes the pictures out of it, and keeps the rest.
///
/// A value `"data:image/…;base64,…"` that is longer than `textMax` is decoded on the way, and a word
/// that nobody can guess is left in its place. Whether the text is JSON at all, its reader says.
struct SpooledJSON {
    /// What a piece brought, in order.
    enum Event: Equatable {
        /// A picture begins, somewhere in the value of `field`, with `word` in its place.
        case picture(word: String, field: String)
        /// Bytes of it, never empty.
        case content([UInt8])
        case endOfPicture
    }

    /// Bytes of a data URL that stays where it is: it does no harm there.
    static let textMax = 4 * 1024
    /// Of one body: a batch names as many as it likes, within the body's length.
    static let picturesMax = 64
    private static let fieldMax = 100

    private enum State {
        case structure
        case name
        case text
        /// A value so far like a data URL.
        case candidate
        case picture
    }

    /// What is left of the JSON.
    private(set) var text: [UInt8] = []
    /// Where in it the words stand.
    private(set) var words: [Range<Int>] = []
    private let bytesMax: Int
    private var state = State.structure
    /// Whether each open bracket is an object's, and whether a name comes next.
    private var isObject: [Bool] = []
    private var expectsName = false
    /// Where the string under way begins in `text`, after its quote.
    private var start = 0
    private var field = ""
    private var escape = JSONEscape()
    /// The candidate's head up to its comma, and what it holds behind it.
    private var head: [UInt8] = []
    private var held: [UInt8] = []
    private var isHeadWhole = false
    private var base64 = Base64Reader()
    private var generator: any RandomNumberGenerator & Sendable

    /// `bytesMax` is for what is left.
    init(bytesMax: Int, generator: any RandomNumberGenerator & Sendable = SecureRandom()) {
        self.bytesMax = bytesMax
        self.generator = generator
    }

    /// Takes the next piece of the body.
    mutating func take(_ piece: [UInt8]) throws(Refusal) -> [Event] {
        var events: [Event] = []
        var place = 0
        while place < piece.count {
            if case .picture = state {
                try takePicture(piece, &place, &events)
                continue
            }
            let byte = piece[place]
            place += 1
            text.append(byte)
            switch state {
            case .structure: try walk(byte)
            case .name, .text: walkString(byte)
            case .candidate: try judge(byte, &events)
            case .picture: break
            }
        }
        // A candidate counts once it is known to stay.
        if case .candidate = state { try check(start) } else { try check(text.count) }
        return events
    }

    /// Refuses a body that ended within a picture.
    func end() throws(Refusal) {
        try check(text.count)
        guard case .picture = state else { return }
        throw Refusal(.malformedBody, "The body is not valid JSON.")
    }

    private func check(_ count: Int) throws(Refusal) {
        guard count <= bytesMax else {
            throw Refusal(
                .bodyTooLarge,
                "The body without its pictures (data:image/…;base64,…) is larger than \(bytesMax) "
                    + "bytes.")
        }
    }

    /// The text with other words in place of those given out.
    func text(naming name: (String) -> String) -> [UInt8] {
        var result: [UInt8] = []
        var end = 0
        for range in words {
            result += text[end..<range.lowerBound]
            result += name(String(decoding: text[range], as: UTF8.self)).utf8
            end = range.upperBound
        }
        return result + text[end...]
    }

    private mutating func walk(_ byte: UInt8) throws(Refusal) {
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            let isBrace = byte == UInt8(ascii: "{")
            isObject.append(isBrace)
            expectsName = isBrace
            guard isObject.count <= JSONReader.depthMax else {
                throw Refusal(
                    .malformedBody, "The body is nested more than \(JSONReader.depthMax) deep.")
            }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            _ = isObject.popLast()
            expectsName = false
        case UInt8(ascii: ","):
            expectsName = isObject.last == true
        case UInt8(ascii: ":"):
            expectsName = false
        case UInt8(ascii: "\""):
            start = text.count
            escape = JSONEscape()
            state = expectsName ? .name : .candidate
            (head, held, isHeadWhole) = ([], [], false)
        default: break
        }
    }

    private mutating func walkString(_ byte: UInt8) {
        guard escape.isEnd(byte) else { return }
        if case .name = state, isObject.count == 1 {
            field = String(
                decoding: text[start..<(text.count - 1)].prefix(Self.fieldMax), as: UTF8.self)
        }
        state = .structure
    }

    /// Reads a value that may be a picture, until it is certain.
    private mutating func judge(_ byte: UInt8, _ events: inout [Event]) throws(Refusal) {
        guard let plain = escape.plain(byte) else {
            if escape.hasEnded { state = .structure }
            return
        }
        if isHeadWhole {
            held.append(plain)
            if held.count > Self.textMax { try begin(&events) }
            return
        }
        head.append(plain)
        guard DataURL.isBegun(head) else {
            state = .text
            return
        }
        if plain == UInt8(ascii: ",") {
            isHeadWhole = DataURL.isPicture(head: head)
            if !isHeadWhole { state = .text }
        }
    }

    /// Takes the candidate out of the text.
    private mutating func begin(_ events: inout [Event]) throws(Refusal) {
        guard words.count < Self.picturesMax else {
            throw Refusal(
                .invalidValue, "The body holds more than \(Self.picturesMax) pictures.",
                field: field)
        }
        text.removeSubrange(start...)
        let word = "picture-" + Self.draw(&generator)
        text += word.utf8
        words.append(start..<text.count)
        events.append(.picture(word: word, field: field))
        state = .picture
        base64 = Base64Reader()
        let begun = held
        held = []
        try decode(begun[...], &events)
    }

    private static func draw(_ generator: inout any RandomNumberGenerator & Sendable) -> String {
        Base62.text(of: generator.next()) + Base62.text(of: generator.next())
    }

    /// Decodes up to the end of the piece or of the string.
    private mutating func takePicture(
        _ piece: [UInt8], _ place: inout Int, _ events: inout [Event]
    ) throws(Refusal) {
        if escape.isPlain {
            let from = place
            while place < piece.count, piece[place] != UInt8(ascii: "\""),
                piece[place] != UInt8(ascii: "\\")
            {
                place += 1
            }
            try decode(piece[from..<place], &events)
            if place == piece.count { return }
        }
        let byte = piece[place]
        place += 1
        if let plain = escape.plain(byte) { try decode([plain][...], &events) }
        guard escape.hasEnded else { return }
        var last: [UInt8] = []
        do throws(Base64Reader.Broken) {
            try base64.end(into: &last)
        } catch {
            throw broken
        }
        Self.append(last, &events)
        events.append(.endOfPicture)
        text.append(byte)
        state = .structure
    }

    private mutating func decode(
        _ piece: ArraySlice<UInt8>, _ events: inout [Event]
    ) throws(Refusal) {
        var bytes: [UInt8] = []
        do throws(Base64Reader.Broken) {
            try base64.read(piece, into: &bytes)
        } catch {
            throw broken
        }
        Self.append(bytes, &events)
    }

    private static func append(_ bytes: [UInt8], _ events: inout [Event]) {
        if !bytes.isEmpty { events.append(.content(bytes)) }
    }

    private var broken: Refusal {
        Refusal(.invalidValue, "Invalid '\(field)': its base64 is damaged.", field: field)
    }
}

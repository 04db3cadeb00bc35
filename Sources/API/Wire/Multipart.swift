import Units

/// Reads `multipart/form-data` (RFC 7578, RFC 2046) as it comes, in pieces cut anywhere.
///
/// It holds back no more than one part's headers or one delimiter. Lines end with CRLF; a line that
/// begins like a delimiter and goes on otherwise is content.
struct Multipart {
    /// What a piece brought, in order.
    enum Event: Equatable {
        case part(MultipartHead)
        /// Content of that part, never empty.
        case content([UInt8])
        case endOfPart
    }

    private enum State {
        /// Before the first delimiter, as after the last, stands what is for readers of mail.
        case preamble
        case head
        case content
        case epilogue
    }

    /// Bytes of one part's headers.
    static let headBytesMax = 8 * 1024
    /// Blanks that may follow a boundary on its line.
    static let paddingMax = 256

    /// `--` and the boundary.
    private let dashes: [UInt8]
    /// The same after the end of a line.
    private let delimiter: [UInt8]
    private var state = State.preamble
    private var waiting: [UInt8] = []
    /// Whether nothing of the preamble or the part's content has passed yet: a delimiter there needs
    /// no line to end before it.
    private var isAtStart = true

    init(boundary: String) {
        dashes = Array("--\(boundary)".utf8)
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    /// Takes the next piece of the body.
    mutating func take(_ piece: [UInt8]) throws(Refusal) -> [Event] {
        if case .epilogue = state { return [] }
        waiting += piece
        var events: [Event] = []
        var used = 0
        while try step(&used, &events) {}
        waiting.removeFirst(used)
        return events
    }

    /// Refuses a body that ended before its last delimiter.
    func end() throws(Refusal) {
        guard case .epilogue = state else { throw Self.malformed("its last boundary is missing") }
    }

    static func malformed(_ reason: String) -> Refusal {
        Refusal(.malformedBody, "The multipart body is malformed: \(reason).")
    }

    /// Goes one state further; false when that takes more bytes, or nothing is left to do.
    private mutating func step(_ used: inout Int, _ events: inout [Event]) throws(Refusal) -> Bool {
        switch state {
        case .preamble, .content:
            return try pass(&used, &events)
        case .head:
            guard let end = try headEnd(from: used) else { return false }
            events.append(.part(try MultipartHead(waiting[used..<end])))
            used = end + 4
            (state, isAtStart) = (.content, true)
            return true
        case .epilogue:
            used = waiting.count
            return false
        }
    }

    /// Passes on what is certainly content, up to the next delimiter and over it.
    private mutating func pass(_ used: inout Int, _ events: inout [Event]) throws(Refusal) -> Bool {
        let found = try find(from: used)
        if found.start > used {
            if case .content = state { events.append(.content(Array(waiting[used..<found.start]))) }
            isAtStart = false
        }
        used = found.start
        guard let line = found.line else { return false }
        if case .content = state { events.append(.endOfPart) }
        used = line.end
        state = line.isLast ? .epilogue : .head
        return true
    }

    /// A boundary's line: where the next begins, and whether no part follows.
    private typealias Line = (end: Int, isLast: Bool)

    private enum Match {
        case no
        /// It takes more bytes to tell.
        case perhaps
        case yes(Line)
    }

    /// The first delimiter, or the place from which on there may be one when more has come.
    private func find(from start: Int) throws(Refusal) -> (start: Int, line: Line?) {
        if isAtStart {
            switch try match(dashes, at: start) {
            case .no: break
            case .perhaps: return (start, nil)
            case .yes(let line): return (start, line)
            }
        }
        var place = start
        while place < waiting.count {
            if waiting[place] == 0x0D {
                switch try match(delimiter, at: place) {
                case .no: break
                case .perhaps: return (place, nil)
                case .yes(let line): return (place, line)
                }
            }
            place += 1
        }
        return (place, nil)
    }

    private func match(_ mark: [UInt8], at start: Int) throws(Refusal) -> Match {
        var place = start
        for byte in mark {
            guard place < waiting.count else { return .perhaps }
            guard waiting[place] == byte else { return .no }
            place += 1
        }
        guard place + 1 < waiting.count else {
            // One byte may tell already.
            let next = place < waiting.count ? waiting[place] : 0x20
            return [0x20, 0x09, 0x0D, 0x2D].contains(next) ? .perhaps : .no
        }
        if waiting[place] == 0x2D {
            return waiting[place + 1] == 0x2D ? .yes((place + 2, true)) : .no
        }
        let padding = place
        while place < waiting.count, [0x20, 0x09].contains(waiting[place]) { place += 1 }
        guard place - padding <= Self.paddingMax else {
            throw Self.malformed("more than \(Self.paddingMax) blanks follow a boundary")
        }
        guard place + 1 < waiting.count else {
            return place == waiting.count || waiting[place] == 0x0D ? .perhaps : .no
        }
        return waiting[place] == 0x0D && waiting[place + 1] == 0x0A ? .yes((place + 2, false)) : .no
    }

    /// Where the headers' last line ends; nil when it has not come yet.
    private func headEnd(from start: Int) throws(Refusal) -> Int? {
        var place = start
        while place + 3 < waiting.count, place - start <= Self.headBytesMax {
            if waiting[place] == 0x0D, waiting[place + 1] == 0x0A, waiting[place + 2] == 0x0D,
                waiting[place + 3] == 0x0A
            {
                return place
            }
            place += 1
        }
        guard place - start <= Self.headBytesMax else {
            throw Self.malformed("a part has more than \(Self.headBytesMax) bytes of headers")
        }
        return nil
    }
}

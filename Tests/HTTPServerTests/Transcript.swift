import HTTP
import HTTPServer

/// What a decoder made of some bytes, in a form that does not show how they were cut.
struct Transcript: Equatable {
    enum Entry: Equatable {
        case head(String)
        case body([UInt8])
        case end
        case refused(Int, String)
    }

    private(set) var entries: [Entry] = []
    /// Bytes of declared bodies that came beyond what was declared.
    private(set) var excess = 0
    private var declaredLeft: Int?

    /// Decodes `bytes` given in pieces that end at `cuts`.
    init(_ bytes: [UInt8], cuts: [Int], bounds: Decoder.Bounds = Decoder.Bounds()) {
        var decoder = Decoder(bounds: bounds)
        var waiting: [UInt8] = []
        var start = 0
        for end in cuts + [bytes.count] {
            waiting += bytes[start..<end]
            start = end
            guard take(&decoder, &waiting) else { return }
        }
    }

    init(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes, cuts: [])
    }

    /// Decodes until more is needed; false once refused.
    private mutating func take(_ decoder: inout Decoder, _ waiting: inout [UInt8]) -> Bool {
        var used = 0
        defer { waiting.removeSubrange(..<used) }
        while true {
            switch decoder.next(waiting.span, used: &used) {
            case .needMore: return true
            case .head(let head): add(head)
            case .body(let count): add(waiting[used - count..<used])
            case .end: entries.append(.end)
            case .refused(let failure):
                entries.append(.refused(failure.status.rawValue, failure.reason))
                return false
            }
        }
    }

    private mutating func add(_ head: RequestHead) {
        if case .declared(let count) = head.framing {
            declaredLeft = count
        } else {
            declaredLeft = nil
        }
        let fields = head.headers.fields.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
        entries.append(
            .head(
                "\(head.method) \(head.path) \(head.query ?? "-") \(fields) \(head.framing)"
                    + " \(head.isOld) \(head.keepsAlive) \(head.expectsContinue)"))
    }

    private mutating func add(_ piece: ArraySlice<UInt8>) {
        if let left = declaredLeft {
            declaredLeft = left - piece.count
            if left < piece.count { excess += piece.count - left }
        }
        if case .body(let before) = entries.last {
            entries[entries.count - 1] = .body(before + piece)
        } else {
            entries.append(.body(Array(piece)))
        }
    }
}

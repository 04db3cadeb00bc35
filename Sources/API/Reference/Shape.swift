import Units

/// What a value looks like on the wire: one description, written as JSON Schema (2020-12) for
/// programs and as words for people.
struct Shape: Sendable {
    indirect enum Kind: Sendable {
        case text, integer, number, boolean, anything
        /// Bytes, in a form or alone.
        case bytes
        /// A text that holds JSON.
        case json(Shape)
        /// Members by name; when closed, no others.
        case object([Member], isClosed: Bool)
        /// Any names, with values of one shape.
        case map(Shape)
        case list(Shape)
        case either([Shape])
        /// One of `Shape.named`.
        case named(String)
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let shape: Shape
        let isRequired: Bool
    }

    private(set) var kind: Kind
    /// What generated clients call it, where its place is no good name.
    var title: String?
    /// A sentence for people.
    var note = ""
    /// The only accepted values; empty when any text is.
    var words: [String] = []
    /// Bounds of a number, or of the length of a text or list; an end may be open.
    var least: Int?
    var most: Int?
    /// Characters of a map's names, at most.
    var namesMost: Int?
    var pattern: String?
    var format: String?
    var isNullable = false
    /// What counts when it is left out.
    var standard: JSON?
    /// Of an object: two members of which one at least must be there.
    var alternatives: [String] = []

    init(_ kind: Kind, _ note: String = "") {
        self.kind = kind
        self.note = note
    }
}

// How descriptions are written down.
extension Shape {
    static func text(_ note: String = "") -> Shape { Shape(.text, note) }
    static func integer(_ note: String = "") -> Shape { Shape(.integer, note) }
    static func number(_ note: String = "") -> Shape { Shape(.number, note) }
    static func boolean(_ note: String = "") -> Shape { Shape(.boolean, note) }
    static func anything(_ note: String = "") -> Shape { Shape(.anything, note) }
    static func bytes(_ note: String = "") -> Shape { Shape(.bytes, note) }
    static func json(_ shape: Shape, _ note: String = "") -> Shape { Shape(.json(shape), note) }
    static func named(_ name: String) -> Shape { Shape(.named(name)) }

    static func word(_ words: [String], _ note: String = "") -> Shape {
        var shape = Shape(.text, note)
        shape.words = words
        return shape
    }

    static func list(of item: Shape, _ note: String = "") -> Shape { Shape(.list(item), note) }
    static func map(of value: Shape, _ note: String = "") -> Shape { Shape(.map(value), note) }
    static func either(_ shapes: Shape..., note: String = "") -> Shape {
        Shape(.either(shapes), note)
    }

    /// An object that may hold more than is described.
    static func object(_ members: Member...) -> Shape {
        Shape(.object(members, isClosed: false))
    }

    static func object(_ members: [Member]) -> Shape { Shape(.object(members, isClosed: false)) }

    /// An object in which an unknown member is refused.
    static func closed(_ members: [Member]) -> Shape { Shape(.object(members, isClosed: true)) }

    /// Dollars.
    static func money(_ note: String = "") -> Shape {
        .number(note.isEmpty ? "US dollars, exact." : note + " US dollars, exact.")
    }

    static func id(_ note: String = "") -> Shape {
        var shape = Shape.text(note)
        shape.format = "uuid"
        return shape
    }

    static func day(_ note: String = "") -> Shape {
        var shape = Shape.text(note)
        shape.format = "date"
        return shape
    }

    static func time(_ note: String = "") -> Shape {
        var shape = Shape.text(note)
        shape.format = "date-time"
        return shape
    }

    static func url(_ note: String = "") -> Shape {
        var shape = Shape.text(note)
        shape.format = "uri"
        return shape
    }

    /// Whether null is as good as a value.
    var orNull: Shape { changed { $0.isNullable = true } }

    func within(_ range: ClosedRange<Int>) -> Shape {
        changed { ($0.least, $0.most) = (range.lowerBound, range.upperBound) }
    }

    func atMost(_ most: Int) -> Shape { changed { $0.most = most } }
    func atLeast(_ least: Int) -> Shape { changed { $0.least = least } }
    func named(upTo most: Int) -> Shape { changed { $0.namesMost = most } }
    func matching(_ pattern: String) -> Shape { changed { $0.pattern = pattern } }
    func titled(_ title: String) -> Shape { changed { $0.title = title } }
    func told(_ note: String) -> Shape { changed { $0.note = note } }
    func needing(_ one: String, or other: String) -> Shape {
        changed { $0.alternatives = [one, other] }
    }
    func standing(_ word: String) -> Shape { changed { $0.standard = .string(word) } }
    func standing(_ number: Int) -> Shape { changed { $0.standard = .int(number) } }
    func standing(_ flag: Bool) -> Shape { changed { $0.standard = .bool(flag) } }

    private func changed(_ change: (inout Shape) -> Void) -> Shape {
        var shape = self
        change(&shape)
        return shape
    }

    /// An object with `more` members at its end.
    func with(_ more: [Member]) -> Shape {
        guard case .object(let members, let isClosed) = kind else {
            preconditionFailure("members belong to an object")
        }
        let names = Set(more.map(\.name))
        return changed {
            $0.kind = .object(
                members.filter { !names.contains($0.name) } + more, isClosed: isClosed)
        }
    }
}

extension Shape.Member {
    static func must(_ name: String, _ shape: Shape) -> Shape.Member {
        Shape.Member(name: name, shape: shape, isRequired: true)
    }

    static func may(_ name: String, _ shape: Shape) -> Shape.Member {
        Shape.Member(name: name, shape: shape, isRequired: false)
    }
}

import Units

/// What a command has to tell: a table for people, one JSON value for programs.
struct Result: Sendable {
    private enum Content: Sendable {
        case record([(String, JSON)])
        case list(columns: [String], rows: [[JSON]])
    }

    /// Many things that belong to one, under a name.
    struct Table: Sendable {
        let name: String
        let columns: [String]
        let rows: [[JSON]]

        fileprivate var json: JSON { .array(rows.map { .object(Array(zip(columns, $0))) }) }
    }

    private let content: Content
    /// What belongs to a record; told to people below it.
    private var table: Table?
    /// Told to people instead of a table.
    private var instead: String?
    /// Told to people after the table.
    private let note: String?
    /// Whether the program ends with 1 although there is something to tell.
    let refused: Bool
    private var isWritten = false

    /// One thing.
    static func record(
        _ members: [(String, JSON)], note: String? = nil, refused: Bool = false
    ) -> Result {
        Result(content: .record(members), note: note, refused: refused)
    }

    /// One thing with what belongs to it.
    static func record(_ members: [(String, JSON)], table: Table) -> Result {
        var result = Result(content: .record(members), note: nil, refused: false)
        result.table = table
        return result
    }

    /// One thing that people are told in other words.
    static func record(_ members: [(String, JSON)], text: String, refused: Bool) -> Result {
        var result = Result(content: .record(members), note: nil, refused: refused)
        result.instead = text
        return result
    }

    /// Many things of one kind.
    static func list(_ columns: [String], _ rows: [[JSON]], note: String? = nil) -> Result {
        Result(content: .list(columns: columns, rows: rows), note: note, refused: false)
    }

    /// Nothing more: the answer has been written already.
    static let written = Result(
        content: .list(columns: [], rows: []), note: nil, refused: false, isWritten: true)

    var json: String {
        if isWritten { return "" }
        switch content {
        case .record(let members):
            return JSON.object(members + (table.map { [($0.name, $0.json)] } ?? [])).text + "\n"
        case .list(let columns, let rows):
            return JSON.array(rows.map { .object(Array(zip(columns, $0))) }).text + "\n"
        }
    }

    var text: String {
        if isWritten { return "" }
        if let instead { return instead }
        let table: String =
            switch content {
            case .record(let members):
                members.map { name, value in
                    "\(name.padded(to: (members.map(\.0.count).max() ?? 0) + 2))\(Self.cell(value))\n"
                }.joined()
            case .list(let columns, let rows): Self.table(columns, rows)
            }
        let below = self.table.map { below in
            "\n\(below.name)\(below.rows.isEmpty ? ": none" : "")\n"
                + (below.rows.isEmpty ? "" : Self.table(below.columns, below.rows))
        }
        return table + (below ?? "") + (note.map { $0 + "\n" } ?? "")
    }

    private static func table(_ columns: [String], _ rows: [[JSON]]) -> String {
        let cells = rows.map { $0.map(cell) }
        let widths = columns.indices.map { column in
            (cells.map { $0[column].count } + [columns[column].count]).max() ?? 0
        }
        func line(_ texts: [String], right: [Bool]) -> String {
            let padded = texts.indices.map { index in
                let gap = String(repeating: " ", count: widths[index] - texts[index].count)
                return right[index] ? gap + texts[index] : texts[index] + gap
            }
            var text = padded.joined(separator: "  ")
            while text.hasSuffix(" ") { text.removeLast() }
            return text + "\n"
        }
        // Figures line up at their last digit.
        let right = columns.indices.map { column in
            rows.allSatisfy { row in row[column].isFigure } && !rows.isEmpty
        }
        return line(columns, right: right) + cells.map { line($0, right: right) }.joined()
    }

    private static func cell(_ value: JSON) -> String {
        switch value {
        case .null: "-"
        case .bool(let value): value ? "yes" : "no"
        case .string(let text): HiddenCharacters.shown(text)
        case .array(let items): items.map(cell).joined(separator: " ")
        case .object(let members) where members.isEmpty: "-"
        default: value.text
        }
    }
}

extension JSON {
    fileprivate var isFigure: Bool {
        switch self {
        case .int, .credits: true
        default: false
        }
    }
}

/// The statements of a migration, and what of them would hold up a grown database.
struct MigrationScript {
    /// In lower case, with single blanks, without comments and function bodies.
    let statements: [String]
    /// Whether each statement runs by itself (`-- outside a transaction`).
    private let isOutside: Bool
    /// Tables that it makes: they are empty and nobody uses them.
    private let created: Set<String>

    /// Tables of some hundred rows at most, which admins alone write.
    private static let small: Set<String> = [
        "model", "model_name", "model_endpoint", "price", "seller", "invoice_number",
    ]

    init(_ text: String) {
        let lines = text.lowercased().split(separator: "\n").map(String.init)
        isOutside = lines.contains("-- outside a transaction")
        let code = lines.map { line in
            line.firstRange(of: "--").map { String(line[..<$0.lowerBound]) } ?? line
        }.joined(separator: " ")
        // What stands between two `$$` runs later, but for that of a `do`.
        let outer = code.split(separator: "$$", omittingEmptySubsequences: false).enumerated()
            .map { $0.isMultiple(of: 2) ? String($1) : " $$ " }.joined()
        statements = outer.split(separator: ";").map {
            $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        }.filter { !$0.isEmpty }
        created = Set(statements.compactMap { Self.name(after: "create table", in: $0) })
    }

    /// What it must not say, in sentences.
    var faults: [String] {
        statements.compactMap { statement in fault(in: statement).map { "\($0): \(statement)" } }
    }

    /// The table named behind `words`, without its schema.
    private static func name(after words: String, in statement: String) -> String? {
        guard let range = statement.firstRange(of: words + " ") else { return nil }
        let skipped: Set<Substring> = ["if", "not", "exists", "only"]
        let name = statement[range.upperBound...].split { $0 == " " || $0 == "(" }
            .first { !skipped.contains($0) }
        return name.map { String($0.split(separator: ".").last ?? $0) }
    }

    private func isGrown(_ table: String?) -> Bool {
        table.map { !created.contains($0) && !Self.small.contains($0) } ?? true
    }

    private func fault(in statement: String) -> String? {
        let words = statement.split(separator: " ")
        let isConcurrent = words.contains("concurrently")
        if isOutside {
            let repeats = statement.contains("if exists") || statement.contains("if not exists")
            let isValidation = statement.contains(" validate constraint ")
            return isConcurrent && repeats || isValidation
                ? nil : "outside a transaction only what can be repeated, concurrently"
        }
        if isConcurrent { return "only outside a transaction" }
        switch words.first {
        case "create" where words.prefix(3).contains("index"):
            return isGrown(Self.name(after: " on", in: statement))
                ? "writers wait: build it concurrently, outside a transaction" : nil
        case "alter" where words.dropFirst().first == "table":
            guard isGrown(Self.name(after: "alter table", in: statement)) else { return nil }
            return Self.actions(of: statement).lazy.compactMap(faultOfAction).first
        case "update", "delete":
            let table = Self.name(after: words[0] == "update" ? "update" : "from", in: statement)
            return isGrown(table) ? "a server does that in batches" : nil
        case "reindex", "cluster", "vacuum", "lock", "truncate":
            return "everybody waits"
        case "do":
            return "what it does cannot be judged: say it in statements"
        default: return nil
        }
    }

    /// What an `alter table` does, one by one: split at commas that stand in no brackets.
    private static func actions(of statement: String) -> [String] {
        var actions = [""]
        var depth = 0
        for character in statement {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth == 0 {
                actions.append("")
            } else {
                actions[actions.count - 1].append(character)
            }
        }
        return actions
    }

    private func faultOfAction(_ action: String) -> String? {
        let action = " " + action + " "
        func says(_ words: String...) -> Bool { words.contains { action.contains($0) } }
        if says(" validate constraint ") {
            return statements.contains { $0.contains(" not valid") }
                ? "it is validated under the lock of what came before: in a file of its own" : nil
        }
        if says(" add column ")
            || says(" add ")
                && !says(
                    " constraint ", " check", " foreign key",
                    " unique", " primary key", " exclude")
        {
            if says(
                " check ", " check(", " references ", " unique ", " primary key", " constraint ")
            {
                return "every row is looked at: add the constraint not valid, by itself"
            }
            if says(" generated ") || says(" default ") && says("(") {
                return "every row is written anew"
            }
            return says(" not null ") && !says(" default ") ? "rows have no value yet" : nil
        }
        if says(" add ") {
            if says(" not valid ") || says(" using index ") { return nil }
            return "every row is looked at: not valid, or by an index that is there"
        }
        if says(" type ", " set not null ", " set logged ", " set unlogged ", " set tablespace ") {
            return "every row is looked at or written anew"
        }
        return nil
    }
}

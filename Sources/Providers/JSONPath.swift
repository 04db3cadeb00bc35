import Units

/// Where in an answer something stands: `data.images[].url`, every item of a list where `[]` says so.
struct JSONPath: Sendable, ExpressibleByStringLiteral {
    private let steps: [String]

    init(stringLiteral text: String) {
        steps = text.replacing("[]", with: ".[]").split(separator: ".").map(String.init)
    }

    /// Everything there; none where the way leads nowhere.
    func values(in json: JSONValue) -> [JSONValue] {
        steps.reduce([json]) { values, step in
            values.flatMap { step == "[]" ? $0.items : [$0[step]].compactMap(\.self) }
        }
    }

    func first(in json: JSONValue?) -> JSONValue? { json.flatMap { values(in: $0).first } }

    func text(in json: JSONValue?) -> String? { first(in: json)?.text }
}

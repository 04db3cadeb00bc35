import Units

/// The schemas of a document, by name, as they are met.
///
/// An object within another one gets a name of its own: generated clients make a type of each, and one
/// without a name is called by its place, or not made at all.
final class SchemaBook {
    private(set) var schemas: [(name: String, json: JSON)] = []
    private var texts: [String: String] = [:]

    /// A book with the shapes that have names: nothing else is called so.
    init(_ named: [(name: String, shape: Shape)]) {
        for (name, _) in named { texts[name] = "" }
        for (name, shape) in named {
            let json = shape.json(in: self, as: name)
            texts[name] = json.text
            schemas.append((name, json))
        }
    }

    /// Writes `json` down under `name`, unless the same stands there. Answers its name, which has a
    /// number where another one is called so.
    func add(_ json: JSON, as name: String) -> String {
        let text = json.text
        var free = name
        var number = 2
        while let other = texts[free], other != text {
            free = "\(name)\(number)"
            number += 1
        }
        if texts[free] == nil {
            texts[free] = text
            schemas.append((free, json))
        }
        return free
    }
}

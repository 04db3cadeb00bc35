import Units

extension Reference.Entry {
    /// The request of the example, to be pasted into a shell that has `ATELIER_URL` and, where a
    /// key is needed, `ATELIER_KEY`.
    var curl: String {
        var lines = ["curl\(methodOption) \"$ATELIER_URL\(target)\""]
        if route.scope != nil { lines.append(#"-H "Authorization: Bearer $ATELIER_KEY""#) }
        // What has files is shown with them.
        if operation.example.form.isEmpty, let json = operation.example.json {
            lines.append("-H 'Content-Type: application/json'")
            lines.append("-d " + Self.quoted(json.text))
        }
        lines += operation.example.form.map { "-F " + Self.quoted($0) }
        if let file = operation.example.savesTo { lines.append("-o \(file)") }
        return lines.joined(separator: " \\\n  ")
    }

    /// What curl would not guess.
    private var methodOption: String {
        let hasBody = operation.example.json != nil || !operation.example.form.isEmpty
        return route.method == (hasBody ? "POST" : "GET") ? "" : " -X \(route.method)"
    }

    private var target: String {
        var path = route.template
        for parameter in operation.parameters where parameter.place == .path {
            path = path.replacing("{\(parameter.name)}", with: parameter.example)
        }
        return operation.example.query.isEmpty ? path : path + "?" + operation.example.query
    }

    /// As one word of a shell.
    private static func quoted(_ text: String) -> String {
        "'" + text.replacing("'", with: #"'\''"#) + "'"
    }
}

import Units

extension Reference.Entry {
    /// The example, to be pasted into a shell that has `ATELIER_URL` and, where a key is needed,
    /// `ATELIER_KEY`: the request, after what makes the things that it speaks of.
    var curl: String {
        ExampleNeed.completing(request)
    }

    private var request: String {
        var lines = ["curl\(methodOption) \"$ATELIER_URL\(target)\""]
        if route.scope != nil { lines.append(#"-H "Authorization: Bearer $ATELIER_KEY""#) }
        // What has files is shown with them.
        if operation.example.form.isEmpty, let json = operation.example.json {
            lines.append("-H 'Content-Type: application/json'")
            lines.append("-d " + Self.quoted(json.text))
        }
        lines += operation.example.form.map { "-F " + Self.quoted($0) }
        if let file = operation.example.savesTo { lines.append("-o \(file)") }
        let request = lines.joined(separator: " \\\n  ")
        return operation.example.mayFindNothing.map {
            "test -z \"$\($0)\" && echo 'There is none yet.' || \(request)"
        } ?? request
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

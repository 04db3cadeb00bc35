import Gateway
import Units

extension Fields {
    /// The pictures under any of `names`, name by name, in the order they were sent: files of a form,
    /// texts with a URL, and objects around one.
    func pictures(_ names: [String]) throws(Refusal) -> [AskedPicture] {
        var pictures: [AskedPicture] = []
        for name in names {
            if let form = form(with: name) {
                // A form's list `image` holds what came as `image[]` too.
                if name.hasSuffix("[]"), names.contains(String(name.dropLast(2))) { continue }
                pictures += try Self.pictures(in: form, name)
            } else {
                pictures += try picturesOfJSON(name)
            }
        }
        return pictures
    }

    private static func pictures(in form: Form, _ name: String) throws(Refusal) -> [AskedPicture] {
        if let whole = try form.json(name, "[") { return try whole.picturesOfJSON(name) }
        if let whole = try form.json(name, "{") { return try whole.picturesOfJSON(name) }
        return try form.list(name).map { part throws(Refusal) in
            switch part.content {
            case .file(let file): AskedPicture(.spooled(file), field: part.name)
            case .text(let text): AskedPicture(try source(text, part.name), field: part.name)
            }
        }
    }

    private func picturesOfJSON(_ name: String) throws(Refusal) -> [AskedPicture] {
        let accepted = "a string, an object or an array of them"
        return try value(name, accepted) { value throws(Refusal) in
            guard case .array(let items) = value else {
                guard let item = textOrFields(of: value) else { return nil }
                return [try picture(item, name)]
            }
            var pictures: [AskedPicture] = []
            for (index, value) in items.enumerated() {
                guard let item = textOrFields(of: value) else { return nil }
                pictures.append(try picture(item, "\(name)[\(index)]"))
            }
            return pictures
        } ?? []
    }

    private func picture(_ item: TextOrFields, _ field: String) throws(Refusal) -> AskedPicture {
        switch item {
        case .text(let text): return AskedPicture(try source(text, field), field: field)
        case .fields(let object): return try picture(object, field)
        }
    }

    /// `{image_url: …}`, `{image_url: {url: …}}` or `{url: …}`.
    private func picture(_ object: Fields, _ field: String) throws(Refusal) -> AskedPicture {
        if object.has("file_id") {
            throw Refusal(
                .unsupportedParameter,
                "'\(field).file_id' is not supported: there are no stored files here. Send an "
                    + "'image_url'.", field: "\(field).file_id")
        }
        let name = object.has("image_url") ? "image_url" : "url"
        let path = "\(field).\(object.has(name) ? name : "image_url")"
        switch object.value(name).flatMap(object.textOrFields) {
        case .text(let text): return AskedPicture(try source(text, path), field: path)
        case .fields(let inner):
            guard name == "image_url", let text = inner.value("url")?.text else { break }
            return AskedPicture(try source(text, "\(path).url"), field: "\(path).url")
        case .none: break
        }
        throw Refusal(
            .missingParameter,
            "'\(field)' is an object without a picture: send {\"image_url\": \"https://…\"}.",
            field: path)
    }

    /// Where a text leads, or a refusal of what leads nowhere.
    private func source(_ text: String, _ field: String) throws(Refusal) -> AskedPicture.Source {
        try Self.refuseNUL(in: text, field)
        if let file = spooled[text] { return .spooled(file) }
        return try Self.source(text, field)
    }

    private static func source(
        _ text: String, _ field: String
    ) throws(Refusal) -> AskedPicture.Source {
        let start = text.prefix(8).lowercased()
        guard start.hasPrefix("http://") || start.hasPrefix("https://") || DataURL.isPicture(text)
        else {
            throw Refusal(
                .invalidValue,
                "Invalid '\(field)': a picture is an http(s) URL or a data URL in base64 "
                    + "('data:image/png;base64,…').", field: field)
        }
        return .url(text)
    }
}

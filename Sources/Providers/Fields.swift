internal import FoundationEssentials
internal import Pictures
internal import Units

/// Members of a request in the order in which they are set: a JSON object, or parts of a form.
struct Fields {
    private(set) var members: [(String, JSON)] = []

    /// Sets `name`, which nobody has set; nothing when either is nil.
    mutating func set(_ name: String?, _ value: JSON?) {
        if let name, let value { members.append((name, value)) }
    }

    mutating func set(_ name: String?, _ text: String?) {
        set(name, text.map { JSON.string($0) })
    }

    mutating func set(_ name: String?, _ number: Int?) {
        set(name, number.map { JSON.int($0) })
    }

    mutating func set(_ name: String?, _ option: PictureOption.Value?) {
        set(name, option?.json)
    }

    /// What no customer passes on to any vendor: how many are drawn, what multiplies the price, who
    /// is told, and in which form the answer comes.
    private static let reserved: Set<String> = [
        "n", "num_images", "num_outputs", "samples", "batch_size", "n_iter", "max_images",
        "sequential_image_generation", "sequential_image_generation_options", "enable_sequential",
        "test_time_scaling", "stream", "partial_images", "response_format", "sync_mode", "webhook",
        "webhook_url", "webhook_secret", "webhook_events_filter", "callback_url", "notifyHook",
        "model", "model_name", "image", "images", "mask", "size", "image_size", "width", "height",
        "resolution",
    ]

    /// Adds what the customer has for this vendor. It never replaces what we set, or it could ask
    /// for more than is paid for.
    mutating func add(_ passthrough: [String: JSONValue], but names: Set<String> = []) {
        let known = Set(members.map(\.0)).union(names).union(Self.reserved)
        for (name, value) in passthrough.sorted(by: { $0.key < $1.key })
        where !known.contains(name) {
            members.append((name, value.json))
        }
    }

    var json: JSON { .object(members) }

    /// The same as parts of a form, where everything is text.
    var parts: [Part] {
        members.map { name, value in
            if case .string(let text) = value { return Part(name, text: text) }
            return Part(name, text: value.text)
        }
    }
}

extension PictureOption.Value {
    var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .number("\(number)")
        case .flag(let flag): .bool(flag)
        }
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    var flag: Bool? {
        guard case .flag(let flag) = self else { return nil }
        return flag
    }
}

extension InputFile {
    /// The file as a `data:` URI.
    var dataURI: JSON { .dataURI(mediaType: format.mediaType, bytes) }
}

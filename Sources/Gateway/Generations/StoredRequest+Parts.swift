import Pictures
import Providers
import Storage
import Units

/// How the parts of a request are written down, and read back.

extension [PictureOption: PictureOption.Value] {
    var json: JSON {
        .object(
            sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key.rawValue, $0.value.json) })
    }

    init(_ members: [String: JSONValue]) {
        self = [:]
        for (name, value) in members {
            // What only a newer program knows, this one could not ask for anyway.
            guard let option = PictureOption(rawValue: name) else { continue }
            switch value {
            case .string(let text): self[option] = .text(text)
            case .number(let number): self[option] = .number(number)
            case .bool(let flag): self[option] = .flag(flag)
            default: continue
            }
        }
    }
}

extension PictureOption.Value {
    fileprivate var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .number(let number): .number("\(number)")
        case .flag(let flag): .bool(flag)
        }
    }
}

extension InputPicture {
    var json: JSON {
        .object([
            ("name", .string(name.text)), ("format", .string(format.rawValue)),
            ("width", .int(size.width)), ("height", .int(size.height)), ("bytes", .int(byteCount)),
        ])
    }

    /// Nil for what is none of ours.
    init?(_ value: JSONValue) {
        guard let name = value["name"]?.text.flatMap({ StoredName($0) }),
            let format = value["format"]?.text.flatMap(ImageFormat.init(rawValue:)),
            let width = value["width"]?.whole, let height = value["height"]?.whole,
            let bytes = value["bytes"]?.whole
        else { return nil }
        self.init(
            name: name, format: format, size: PixelSize(width: width, height: height),
            byteCount: bytes)
    }
}

extension Routing {
    var json: JSON {
        func list(_ name: String, _ words: [String]?) -> [(String, JSON)] {
            words.map { [(name, .array($0.map(JSON.string)))] } ?? []
        }
        let passed = options.sorted { $0.key < $1.key }.map {
            ($0.key, JSONValue.object($0.value).json)
        }
        return .object(
            list("only", only) + list("order", order)
                + list("ignore", ignore.isEmpty ? nil : ignore)
                + (sort.map { [("sort", .string($0.rawValue))] } ?? [])
                + (allowsFallbacks ? [] : [("allow_fallbacks", .bool(false))])
                + restrictions.members
                + (passed.isEmpty ? [] : [("options", .object(passed))]))
    }

    init(_ value: JSONValue) {
        only = value["only"]?.items.compactMap(\.text)
        order = value["order"]?.items.compactMap(\.text)
        ignore = value["ignore"]?.items.compactMap(\.text) ?? []
        sort = value["sort"]?.text.flatMap(Sort.init(rawValue:))
        allowsFallbacks = value["allow_fallbacks"] != .bool(false)
        restrictions = Restrictions(value)
        if case .object(let options) = value["options"] {
            self.options = options.compactMapValues { value in
                guard case .object(let members) = value else { return nil }
                return members
            }
        }
    }
}

extension Restrictions {
    /// Without `max_price`, which only the plan asks: the price is agreed once it is made.
    fileprivate var members: [(String, JSON)] {
        (keepsNothing ? [("zdr", .bool(true))] : [])
            + (trainsNothing ? [("data_collection", .string("deny"))] : [])
            + (distillable ? [("enforce_distillable_text", .bool(true))] : [])
            + (quantizations.map { [("quantizations", .array($0.map(JSON.string)))] } ?? [])
    }

    fileprivate init(_ value: JSONValue) {
        keepsNothing = value["zdr"] == .bool(true)
        trainsNothing = value["data_collection"]?.text == "deny"
        distillable = value["enforce_distillable_text"] == .bool(true)
        quantizations = value["quantizations"]?.items.compactMap(\.text)
    }
}

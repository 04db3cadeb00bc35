import Units

extension JSONValue {
    /// An answer as a vendor that behaves so gives it.
    func altered(by behaviour: Behaviour) -> JSONValue {
        switch behaviour {
        case .says(let other): return with(other)
        case .saysOfPictures(let other):
            guard case .array(let items)? = self["data"] else { return self }
            return with(["data": .array(items.map { $0.with(other) })])
        default: return self
        }
    }

    private func with(_ other: [String: JSONValue]) -> JSONValue {
        .object(members.merging(other) { $1 }.filter { $0.value != .null })
    }
}

extension Rules.Result {
    /// The same with its base64 written as a vendor that behaves so writes it.
    func told(as behaviour: Behaviour) -> Rules.Result {
        switch behaviour {
        case .wraps:
            let lines = pictures.map { text in
                stride(from: 0, to: text.count, by: 76).map { start in
                    String(text.dropFirst(start).prefix(76))
                }.joined(separator: "\r\n")
            }
            return Rules.Result(pictures: lines, addresses: addresses, task: task, base: base)
        case .damages:
            return Rules.Result(
                pictures: pictures.map { "*" + $0 }, addresses: addresses, task: task, base: base)
        default: return self
        }
    }
}

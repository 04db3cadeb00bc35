extension Vendor {
    /// The environment's variables that would make it ready, and are not set; none when it is ready.
    public func missing(_ variable: (String) -> String?) -> [String] {
        func isSet(_ name: String) -> Bool { variable(name)?.isEmpty == false }
        var missing: [String] = []
        if base == nil, !isSet(baseVariable) { missing.append(baseVariable) }
        if needsCredential, credentials(variable).isEmpty {
            if !variables.contains(where: isSet) {
                missing.append(variables.joined(separator: " or "))
            }
            if let secretVariable, !isSet(secretVariable) { missing.append(secretVariable) }
        }
        return missing
    }

    /// Where it is, without the name and password that an operator may have written into it.
    public static func withoutUser(_ base: String) -> String {
        guard let scheme = base.firstRange(of: "://") else { return base }
        let rest = base[scheme.upperBound...]
        let end = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let at = rest[..<end].lastIndex(of: "@") else { return base }
        return String(base[..<scheme.upperBound] + rest[rest.index(after: at)...])
    }
}

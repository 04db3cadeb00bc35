import Units

/// What a URL says about where a call goes, as far as it can be told without a look-up.
///
/// Stricter than libcurl on purpose: what two readers could understand differently is refused here,
/// so that what is judged and what is called cannot differ.
struct URLParts {
    /// Every address that the host is known to mean; nil when that takes a look-up.
    let addresses: [IPAddress]?

    /// Room for long signed URLs, and for what other systems take.
    private static let lengthMax = 2048
    /// The longest name of DNS. Source: RFC 1035, section 2.3.4.
    private static let hostMax = 253

    init(_ url: String) throws(HTTPClientFailure) {
        guard url.utf8.count <= Self.lengthMax else {
            throw .malformedURL("it is longer than \(Self.lengthMax) bytes")
        }
        guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }) else {
            throw .malformedURL("it holds a character that must be percent-encoded")
        }
        guard let rest = Self.afterScheme(url) else {
            throw .malformedURL("it does not begin with http:// or https://")
        }
        let authority = rest.prefix { !"/?#".contains($0) }
        guard !authority.contains("@") else {
            throw .malformedURL("it holds a user name or password")
        }
        let (name, port) = try Self.split(authority)
        guard port.map({ UInt16($0) ?? 0 }) != 0, port?.first != "+" else {
            throw .malformedURL("its port is not a number from 1 to 65535")
        }
        if name.hasPrefix("[") {
            guard let address = IPAddress.v6(String(name.dropFirst().dropLast())) else {
                throw .malformedURL("its host is no IPv6 address")
            }
            addresses = [address]
        } else {
            addresses = try Self.addresses(of: try Self.hostName(name))
        }
    }

    private static func afterScheme(_ url: String) -> Substring? {
        for scheme in ["http://", "https://"] where url.lowercased().hasPrefix(scheme) {
            return url.dropFirst(scheme.count)
        }
        return nil
    }

    /// The host, IPv6 with its brackets, and the text after the colon.
    private static func split(
        _ authority: Substring
    ) throws(HTTPClientFailure) -> (Substring, Substring?) {
        var end = authority.firstIndex(of: ":") ?? authority.endIndex
        if authority.hasPrefix("[") {
            guard let bracket = authority.firstIndex(of: "]") else {
                throw .malformedURL("its host is no IPv6 address")
            }
            end = authority.index(after: bracket)
        }
        if end == authority.endIndex { return (authority, nil) }
        guard authority[end] == ":" else { throw .malformedURL("its host is no IPv6 address") }
        return (authority[..<end], authority[authority.index(after: end)...])
    }

    /// The name in lower case, without the dot of a complete one.
    private static func hostName(_ text: Substring) throws(HTTPClientFailure) -> String {
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        guard !name.isEmpty else { throw .malformedURL("it has no host") }
        guard name.utf8.count <= hostMax else { throw .malformedURL("its host is too long") }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(\.isOfAHostName) }) else {
            throw .malformedURL("its host is no name and no address")
        }
        return name
    }

    /// The addresses of a host that is one, or that is this machine by definition (RFC 6761).
    private static func addresses(of host: String) throws(HTTPClientFailure) -> [IPAddress]? {
        if let address = IPAddress.v4(loose: host) { return [address] }
        // No top-level domain is a number: a host that ends in one is an address gone wrong, and
        // some resolver may read it.
        let last = host.split(separator: ".").last ?? ""
        let isNumber = last.utf8.allSatisfy { (0x30...0x39).contains($0) } || last.hasPrefix("0x")
        if isNumber { throw .malformedURL("its host is no name and no address") }
        if host == "localhost" || host.hasSuffix(".localhost") {
            return [.v4(0x7F00_0001), .v6(1)]
        }
        return nil
    }
}

extension AddressFilter {
    /// Why `url` will never be called, as far as can be told without a look-up; nil when it may be.
    ///
    /// For whoever takes a URL to be called later. A name can still turn out to lead to an address
    /// that is refused, when it is called.
    public func refusal(ofURL url: String) -> HTTPClientFailure? {
        do throws(HTTPClientFailure) {
            guard let addresses = try URLParts(url).addresses else { return nil }
            let refusals = addresses.compactMap(refusal(of:))
            // One address that may be reached is enough.
            guard refusals.count == addresses.count, let first = refusals.first else { return nil }
            return .addressRefused(first)
        } catch {
            return error
        }
    }
}

extension UInt8 {
    /// Letters in lower case, digits, `-` and `_`, which names of hosts do have in the wild.
    fileprivate var isOfAHostName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

internal import HTTP

/// Which addresses that a vendor names are followed.
extension Vendor {
    /// Whether a result may be fetched from `url`: over TLS from a host of this vendor's, or from
    /// where the operator said that it is.
    public func mayFetch(_ url: String) -> Bool {
        guard let place = Self.place(of: url) else { return false }
        if let base, let own = Self.place(of: base), own == place { return true }
        return place.hasPrefix("https://") && Self.isListed(place, resultHosts)
    }

    /// How to fetch a result: without a credential, and only from where this vendor keeps them.
    public func fetch(_ url: String) throws(VendorFailure) -> Call {
        guard mayFetch(url) else {
            throw VendorFailure(
                .malformed, "the result is at an address that is not \(title)'s",
                acceptance: .ended)
        }
        return Call(
            "GET", url, headers: ["Accept": "image/*"], timeout: Call.fileTimeout,
            responseMaxBytes: Call.fileMaxBytes)
    }

    /// Whether the vendor's credential may be sent to `url`, because it belongs to one of `hosts`.
    func mayAsk(_ url: String, hosts: [String]) -> Bool {
        guard let place = Self.place(of: url) else { return false }
        if let base, let own = Self.place(of: base), own == place { return true }
        return place.hasPrefix("https://") && Self.isListed(place, hosts)
    }

    private static func isListed(_ place: String, _ hosts: [String]) -> Bool {
        let host = place.dropFirst("https://".count)
        return hosts.contains { pattern in
            pattern.hasPrefix("*.") ? host.hasSuffix(pattern.dropFirst()) : host == pattern
        }
    }

    /// Scheme, host and port in lower case; nil for what is not plainly one of ours.
    private static func place(of url: String) -> String? {
        // Readers of URLs disagree about where a host ends at a backslash.
        let isPlain = url.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\\") }
        guard url.utf8.count <= 4096, isPlain else { return nil }
        for scheme in ["https://", "http://"] where url.lowercased().hasPrefix(scheme) {
            let authority = url.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
            let plain = authority.utf8.allSatisfy { byte in
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
                    || ".-:[]".utf8.contains(byte)
            }
            guard !authority.isEmpty, plain else { return nil }
            return scheme + authority.lowercased()
        }
        return nil
    }
}

/// Text of a URL.
enum URLText {
    /// `text` as a part of a path; slashes stay.
    static func path(_ text: String) -> String { encoded(text, keeping: "-._~/") }

    /// `text` as a value of a query.
    static func query(_ text: String) -> String { encoded(text, keeping: "-._~") }

    private static func encoded(_ text: String, keeping: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"):
                bytes.append(byte)
            case _ where keeping.utf8.contains(byte): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

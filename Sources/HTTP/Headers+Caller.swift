public import Units

extension Headers {
    /// Who called, by the account of the proxies that the call came through, of which `peer` is the
    /// last: the right-most address of `X-Forwarded-For` that is no trusted proxy itself.
    ///
    /// Each proxy appends whom it was called by, so the list is true from the right up to the first
    /// that nobody trusted wrote down; what stands before that is hearsay. Where an entry cannot be
    /// read the account ends, and whoever passed it on counts as the caller.
    public func caller(before peer: IPAddress, trusting trusted: AddressRanges) -> IPAddress {
        var caller = peer
        for line in all("X-Forwarded-For").reversed() {
            for entry in line.split(separator: ",", omittingEmptySubsequences: false).reversed() {
                guard trusted.contains(caller), let named = Self.address(entry) else {
                    return caller
                }
                caller = named
            }
        }
        return caller
    }

    /// The address in an entry; some proxies write the port too: `192.0.2.1:4711`, `[::1]:4711`.
    private static func address(_ entry: Substring) -> IPAddress? {
        var text = entry.drop { $0 == " " || $0 == "\t" }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        if text.hasPrefix("["), let end = text.firstIndex(of: "]") {
            text = text[..<end].dropFirst()
        } else if let colon = text.firstIndex(of: ":"), text.lastIndex(of: ":") == colon {
            text = text[..<colon]
        }
        return IPAddress(String(text))?.normalised
    }
}

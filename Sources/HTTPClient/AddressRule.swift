import Units

/// The addresses that are not somebody's public server. Sources: the IANA registries of
/// special-purpose addresses, RFC 6890 and its successors.
enum AddressRule {
    /// What `address` is, "a loopback address", if that is a reason not to call it.
    static func denying(_ address: IPAddress) -> String? {
        if let embedded = embedded(in: address) { return denying(embedded) }
        if let rule = denied.first(where: { $0.range.contains(address) }) { return rule.name }
        return switch address {
        case .v4: nil
        // What is not handed out yet, or was once, is nobody's server.
        case .v6: global.contains(address) ? nil : "outside of the global addresses (2000::/3)"
        }
    }

    /// The IPv4 address that a packet to `address` is really sent to, where that is certain.
    static func embedded(in address: IPAddress) -> IPAddress? {
        guard case .v6(let number) = address,
            judgedByLastBits.contains(where: { $0.contains(address) })
        else { return nil }
        return .v4(UInt32(truncatingIfNeeded: number))
    }

    /// Mapped addresses, and the well-known prefix of NAT64, by which a host without IPv4 reaches
    /// public servers. The other forms are denied: nobody needs them to reach a public server.
    private static let judgedByLastBits = [range("::ffff:0:0/96"), range("64:ff9b::/96")]

    private static let global = range("2000::/3")

    /// The first that contains an address gives it its name.
    private static let denied: [(range: AddressRange, name: String)] = [
        ("0.0.0.0/8", "an address of \"this network\""),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a carrier-grade NAT address"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.169.254/32", "a cloud's metadata address"),
        ("169.254.0.0/16", "a link-local address"),
        // Public by number, but inside Azure it answers to every virtual machine.
        ("168.63.129.16/32", "a cloud's metadata address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address reserved for protocols"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "a 6to4 relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("255.255.255.255/32", "the broadcast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "the unspecified address"),
        ("::1/128", "a loopback address"),
        ("::/96", "an IPv4-compatible address"),
        ("::ffff:0:0:0/96", "an IPv4-translated address"),
        ("64:ff9b:1::/48", "a NAT64 address for local use"),
        ("2001::/32", "a Teredo address"),
        ("2001::/23", "an address reserved for protocols"),
        ("2001:db8::/32", "a documentation address"),
        ("2002::/16", "a 6to4 address"),
        ("3fff::/20", "a documentation address"),
        ("fd00:ec2::254/128", "a cloud's metadata address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    ].map { (range($0.0), $0.1) }

    private static func range(_ text: String) -> AddressRange {
        do {
            return try AddressRange(text)
        } catch {
            preconditionFailure("a range of our own cannot be read: \(error)")
        }
    }
}

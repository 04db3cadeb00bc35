import Glibc
import Units

extension IPAddress {
    /// Reads an IPv4 address in every way that C libraries do: `127.1`, `0x7f000001`,
    /// `017700000001`.
    ///
    /// Two readers that disagree about a name would be a way past the filter, so this is the
    /// system's own.
    static func v4(loose text: String) -> IPAddress? {
        // It takes whatever follows a blank for a comment.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        var address = in_addr()
        guard unsafe inet_aton(text, &address) != 0 else { return nil }
        return .v4(UInt32(bigEndian: address.s_addr))
    }
}

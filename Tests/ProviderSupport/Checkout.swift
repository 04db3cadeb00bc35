import FoundationEssentials
public import Providers

/// Files of the checkout that this was compiled from.
public enum Checkout {
    public struct Unreadable: Error {
        let path: String
    }

    public static func json(_ path: String) throws -> JSONValue {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: root.appending(path: path)))
        guard let json = JSONValue(json: bytes) else { throw Unreadable(path: path) }
        return json
    }

    /// What is recorded of a vendor.
    public static func recordings(of vendor: String) throws -> JSONValue {
        try json("Tests/Fixtures/providers/\(vendor).json")
    }
}

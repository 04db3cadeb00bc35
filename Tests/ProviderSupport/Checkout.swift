import FoundationEssentials
public import Units

/// Files of the checkout that this was compiled from.
public enum Checkout {
    public struct Unreadable: Error {
        let path: String
    }

    /// Where a file of the checkout is.
    public static func path(_ path: String) -> String {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return root.appending(path: path).path
    }

    public static func json(_ path: String) throws -> JSONValue {
        let bytes = Array(try Data(contentsOf: URL(filePath: Self.path(path))))
        guard let json = JSONValue(json: bytes) else { throw Unreadable(path: path) }
        return json
    }

    /// What is recorded of a vendor.
    public static func recordings(of vendor: String) throws -> JSONValue {
        try json("Tests/Fixtures/providers/\(vendor).json")
    }
}

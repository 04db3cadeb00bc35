public import Units

/// A vendor that can be called: it is known where it is and what it is shown.
public struct ReadyVendor: Sendable {
    public let vendor: Vendor
    /// In the order in which they are tried; none for one that asks for none.
    public let credentials: [Secret]

    public init(vendor: Vendor, credentials: [Secret]) {
        self.vendor = vendor
        self.credentials = credentials
    }

    /// Those that the environment makes ready: `variable` is its value of a name.
    ///
    /// A vendor with a place of its own needs a credential, an operator's own server its place.
    public static func all(_ variable: (String) -> String?) -> [ReadyVendor] {
        Vendor.all.compactMap { known in
            var vendor = known
            if let base = variable(vendor.baseVariable), !base.isEmpty { vendor.base = base }
            let credentials = vendor.credentials(variable)
            guard vendor.base != nil, !credentials.isEmpty || !vendor.needsCredential else {
                return nil
            }
            return ReadyVendor(vendor: vendor, credentials: credentials)
        }
    }
}

public import Units

extension HTTPClient {
    /// How a client reaches the world. One client has one of each: its connections are kept and
    /// used again, so two policies need two clients.
    public struct Settings: Sendable {
        /// Of its thread, 15 bytes at most.
        public var name = "http-client"
        /// Where its calls may lead.
        ///
        /// With a `proxy` it is the proxy that looks names up and connects, so the filter then sees
        /// only URLs that hold an address (or `localhost`) themselves, and the proxy has to refuse
        /// the rest.
        public var addresses = AddressFilter()
        /// Calls under way at once; it is also how many connections are kept.
        public var transfersMax = 1024
        /// Calls that wait for their turn; the next one fails as `overloaded`.
        public var waitingMax = 8192
        /// Names looked up at once: libcurl gives each look-up a thread for its time.
        public var lookupsMax = 256
        /// `http://[user:password@]host:port`, which may be a private address; nil for none. The
        /// environment's variables for proxies are ignored.
        public var proxy: Secret?
        /// A file of certificates (PEM) to trust in place of the system's.
        public var caFile: String?
        /// `name:port:address`, in place of a look-up, for tests of what a name may lead to.
        var pinned: [String] = []

        public init() {}
    }
}

public import HTTP
public import Units

/// How a server meets its clients: in the clear or over TLS, directly or behind proxies.
public struct Edge: Sendable {
    /// What is shown to clients over TLS; nil serves in the clear.
    public var tls: TLSIdentity?
    /// Proxies of ours: whom their `X-Forwarded-For` names is the caller, and their connections are
    /// not limited by address.
    public var trustedProxies = AddressRanges()
    /// Fields of every answer that does not have its own under their names.
    public var standingHeaders: Headers = [:]

    public init() {}
}

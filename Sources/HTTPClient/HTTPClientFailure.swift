/// Why a call brought no answer. Never holds a URL, a header or a body.
public enum HTTPClientFailure: Error, Hashable, Sendable {
    /// The URL cannot be called; the text says why.
    case malformedURL(String)
    /// The method or a header cannot be sent; the text says why.
    case malformedRequest(String)
    /// Where it leads must not be called: "127.0.0.1 is a loopback address".
    case addressRefused(String)
    /// The host's name has no address, or could not be looked up.
    case cannotResolve
    /// No address of the host took the connection.
    case cannotConnect
    /// There is no secure connection, or the other side is not who it should be; the text says how.
    case tls(String)
    /// The connection was not made in time: nothing of the request was sent.
    case connectTimedOut
    /// The whole call took too long.
    case timedOut
    /// The body of the answer is larger than the caller takes.
    case tooLarge(limitBytes: Int)
    /// The calling task was cancelled.
    case cancelled
    /// The connection broke, or what came is no answer; the text says how.
    case broken(String)
    /// Too many calls wait already.
    case overloaded
    /// The client was closed, before or during the call.
    case closed

    /// Whether it is certain that nothing of the request has reached the other side: repeating it then
    /// does no harm.
    public var isBeforeRequest: Bool {
        switch self {
        case .malformedURL, .malformedRequest, .addressRefused, .overloaded: true
        case .cannotResolve, .cannotConnect, .connectTimedOut, .tls: true
        case .timedOut, .tooLarge, .cancelled, .broken, .closed: false
        }
    }
}

extension HTTPClientFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .malformedURL(let reason): "the URL cannot be called: \(reason)"
        case .malformedRequest(let reason): "the request cannot be sent: \(reason)"
        case .addressRefused(let reason): "the address must not be called: \(reason)"
        case .cannotResolve: "the host's name could not be resolved"
        case .cannotConnect: "the host took no connection"
        case .tls(let reason): "there is no secure connection to the host: \(reason)"
        case .connectTimedOut: "the connection was not made in time"
        case .timedOut: "the call took too long"
        case .tooLarge(let limit): "the answer is larger than \(limit) bytes"
        case .cancelled: "the call was cancelled"
        case .broken(let reason): "the call broke off: \(reason)"
        case .overloaded: "too many calls wait already"
        case .closed: "the client was closed"
        }
    }
}

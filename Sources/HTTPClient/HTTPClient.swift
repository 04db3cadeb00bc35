internal import CCurl
internal import Threads

/// Calls other servers over HTTP/1.1 and HTTP/2, any number at once on one thread.
///
/// It never follows a redirect, keeps no cookies, reads no configuration of its own, checks
/// certificates, and connects only to addresses that its filter lets pass.
public final class HTTPClient: Sendable {
    private let settings: Settings
    private let inbox: Inbox

    /// Starts the client's thread; it ends with `close`, or with the client.
    public init(_ settings: Settings = Settings()) {
        precondition(
            settings.transfersMax > 0 && settings.waitingMax >= 0 && settings.lookupsMax > 0,
            "a client makes at least one call at once")
        self.settings = settings
        let inbox = Inbox(callsMax: settings.transfersMax + settings.waitingMax)
        self.inbox = inbox
        Thread.start(name: settings.name) { Driver(settings, inbox).run() }
    }

    deinit { close() }

    /// Makes one call and returns its whole answer, whatever its status.
    ///
    /// Nothing is repeated, with one exception: when a kept connection turns out to be dead, a
    /// request that may be sent twice (by its method, or because it was not sent whole) goes out on
    /// a new one. Cancelling the task ends the call at once and its connection a moment later.
    public func send(
        _ request: OutgoingRequest
    ) async throws(HTTPClientFailure) -> IncomingResponse {
        try request.check()
        if let refusal = settings.addresses.refusal(ofURL: request.url) { throw refusal }
        let call = Call(request)
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if call.begin(continuation) { inbox.take(call) }
            }
        } onCancel: {
            if call.end(.failure(.cancelled)) { inbox.cancel(call) }
        }
        return try result.get()
    }

    /// Calls under way or waiting for their turn.
    public var calls: Int { inbox.calls }

    /// Takes no more calls, fails those that have not ended, and ends every connection.
    public func close() {
        inbox.close()
    }
}

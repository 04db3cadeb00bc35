internal import CCurl

/// The client's thread: starts transfers, lets libcurl move them, and ends them.
///
/// Used on that thread only, libcurl's callbacks included.
@safe final class Driver {
    /// How often waiting calls are searched for those that have waited too long.
    private static let tickMilliseconds: Int32 = 50
    /// With nothing of its own to do the thread sleeps until it is woken, or a socket or a limit of
    /// libcurl's is due.
    private static let restMilliseconds: Int32 = 60_000

    private let settings: HTTPClient.Settings
    private let inbox: Inbox
    private let lookups = Lookups()
    private var waiting: [Call] = []
    private var running: [ObjectIdentifier: Transfer] = [:]

    init(_ settings: HTTPClient.Settings, _ inbox: Inbox) {
        self.settings = settings
        self.inbox = inbox
    }

    func run() {
        ccurl_block_sigpipe()
        unsafe ccurl_multi_set_long(inbox.multi, CURLMOPT_MAXCONNECTS, settings.transfersMax)
        while let news = inbox.look() {
            waiting += news.arrived
            news.cancelled.forEach(drop)
            leaveWaiting(anyCancelled: !news.cancelled.isEmpty)
            startWaiting()
            var count: Int32 = 0
            unsafe curl_multi_perform(inbox.multi, &count)
            endFinished()
            // What ended has made room; libcurl does not sleep before it has begun with these.
            startWaiting()
            let rest = waiting.isEmpty ? Self.restMilliseconds : Self.tickMilliseconds
            unsafe curl_multi_poll(inbox.multi, nil, 0, rest, nil)
        }
        stop()
    }

    /// Starts as many as there is room for, in the order in which they came.
    private func startWaiting() {
        if waiting.isEmpty { return }
        let room = min(settings.transfersMax - running.count, settings.lookupsMax - lookups.count)
        let count = max(0, min(room, waiting.count))
        for call in waiting.prefix(count) {
            if call.isEnded {
                inbox.leave()
                continue
            }
            let transfer = Transfer(call, settings, lookups)
            let failed = unsafe curl_multi_add_handle(inbox.multi, transfer.easy)
            precondition(failed == CURLM_OK, "libcurl does not take a transfer of our own making")
            running[ObjectIdentifier(call)] = transfer
        }
        waiting.removeFirst(count)
    }

    /// Fails those that have waited too long, and forgets those whose caller has gone.
    private func leaveWaiting(anyCancelled: Bool) {
        if waiting.isEmpty { return }
        let now = ContinuousClock.now
        let before = waiting.count
        var late: [Call] = []
        waiting.removeAll { call in
            if anyCancelled, call.isEnded { return true }
            if call.deadline <= now { late.append(call) }
            return call.deadline <= now
        }
        inbox.leave(before - waiting.count)
        for call in late { call.end(.failure(.timedOut)) }
    }

    private func drop(_ call: Call) {
        guard let transfer = running.removeValue(forKey: ObjectIdentifier(call)) else { return }
        unsafe curl_multi_remove_handle(inbox.multi, transfer.easy)
        transfer.leaveLookup()
        inbox.leave()
    }

    private func endFinished() {
        var left: Int32 = 0
        while let message = unsafe curl_multi_info_read(inbox.multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE else { continue }
            let code = unsafe message.pointee.data.result
            guard let transfer = unsafe Transfer.of(ccurl_private(message.pointee.easy_handle))
            else { preconditionFailure("libcurl ended a transfer that is none of ours") }
            // Before it is removed: what it measured is gone after.
            let outcome = transfer.outcome(code)
            drop(transfer.call)
            transfer.call.end(outcome)
        }
    }

    private func stop() {
        for transfer in running.values {
            unsafe curl_multi_remove_handle(inbox.multi, transfer.easy)
        }
        let left = running.values.map(\.call) + waiting + inbox.end()
        running = [:]
        // Ends the kept connections too.
        unsafe curl_multi_cleanup(inbox.multi)
        for call in left { call.end(.failure(.closed)) }
    }
}

/// Names that are being looked up, counted for the bound on libcurl's threads.
final class Lookups {
    var count = 0
}

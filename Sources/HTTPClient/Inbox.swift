internal import CCurl
internal import Threads

/// What callers tell the client's thread, and the way to wake it.
@safe final class Inbox: @unchecked Sendable {
    /// What happened since the thread last looked.
    struct News {
        var arrived: [Call] = []
        var cancelled: [Call] = []
    }

    private struct State {
        var news = News()
        /// Calls that were taken and have not been left.
        var calls = 0
        /// The thread has been woken and has not looked since.
        var isWoken = false
        var closed = false
        /// The thread is gone, and with it what could be woken.
        var ended = false
    }

    /// libcurl's own; every function on it but `curl_multi_wakeup` is the thread's.
    let multi: UnsafeMutableRawPointer
    private let callsMax: Int
    private let state = Lock(State())

    init(callsMax: Int) {
        self.callsMax = callsMax
        precondition(Self.isCurlReady, "libcurl could not be initialised")
        guard let multi = unsafe curl_multi_init() else {
            preconditionFailure("there is no memory for a client")
        }
        unsafe self.multi = unsafe multi
    }

    /// Once a process; a static is made by one thread while others wait.
    private static let isCurlReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    var calls: Int { state.withLock { $0.calls } }

    /// Hands `call` to the thread, or fails it at once.
    func take(_ call: Call) {
        let failure = state.withLock { state -> HTTPClientFailure? in
            if state.closed { return .closed }
            guard state.calls < callsMax else { return .overloaded }
            state.calls += 1
            state.news.arrived.append(call)
            wake(&state)
            return nil
        }
        if let failure { call.end(.failure(failure)) }
    }

    /// Has the thread drop `call`, whose caller has gone. It may never have been taken.
    func cancel(_ call: Call) {
        state.withLock { state in
            if state.ended { return }
            state.news.cancelled.append(call)
            wake(&state)
        }
    }

    func close() {
        state.withLock { state in
            if state.closed { return }
            state.closed = true
            wake(&state)
        }
    }

    /// Under the lock, because only there it is certain that the thread has not ended.
    private func wake(_ state: inout State) {
        if state.isWoken || state.ended { return }
        state.isWoken = true
        unsafe curl_multi_wakeup(multi)
    }

    // MARK: On the thread

    /// What is new; nil once closed.
    func look() -> News? {
        state.withLock { state in
            state.isWoken = false
            if state.closed { return nil }
            defer { state.news = News() }
            return state.news
        }
    }

    /// Makes room for another call.
    func leave(_ count: Int = 1) {
        state.withLock { $0.calls -= count }
    }

    /// The last look: what arrived and nobody will carry out. After it, nobody uses `multi` but
    /// the thread.
    func end() -> [Call] {
        state.withLock { state in
            state.ended = true
            state.calls = 0
            defer { state.news = News() }
            return state.news.arrived
        }
    }
}

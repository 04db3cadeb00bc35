/// How many tests may have a copy of a template at once.
///
/// Tests all begin together, and a gateway holds up to ten connections: without a bound they would be
/// refused by the server, on a slow machine more of them.
actor Places {
    static let all = Places(64)

    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    private init(_ count: Int) {
        free = count
    }

    /// Waits until there is one.
    func take() async {
        if free > 0 {
            free -= 1
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    /// Gives one to whoever waits longest.
    func give() {
        if waiting.isEmpty {
            free += 1
        } else {
            waiting.removeFirst().resume()
        }
    }
}

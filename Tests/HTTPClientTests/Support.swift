import HTTP
import HTTPClient
import Testing
import Threads

/// A client that may reach the servers of tests.
func localClient(
    _ change: (inout HTTPClient.Settings) -> Void = { _ in }
) throws -> HTTPClient {
    var settings = HTTPClient.Settings()
    settings.addresses = try AddressFilter(allowing: "127.0.0.0/8")
    change(&settings)
    return HTTPClient(settings)
}

/// A request that a busy machine does not time out. What tests a limit sets a shorter one.
func patientRequest(
    _ method: String, _ url: String, headers: Headers = [:], body: [UInt8] = []
) -> OutgoingRequest {
    var request = OutgoingRequest(method, url, headers: headers, body: body)
    request.timeout = .seconds(300)
    request.connectTimeout = .seconds(300)
    return request
}

/// Looks until `condition` holds, for some minutes at most, without holding a thread.
func eventually(_ condition: @Sendable () -> Bool) async -> Bool {
    for _ in 0..<120_000 {
        if condition() { return true }
        // Cancelled, it looks more often, which does no harm.
        try? await Task.sleep(for: .milliseconds(1))
    }
    return false
}

/// Something that happens, told from one thread to another.
final class Signal: Sendable {
    private let raised = Lock(0)

    var count: Int { raised.withLock { $0 } }
    func raise() { raised.withLock { $0 += 1 } }
    func wait(_ number: Int = 1) async -> Bool { await eventually { self.count >= number } }
}

/// Holds threads of servers until it is opened.
final class Gate: Sendable {
    private let queue = WorkQueue<Never>()

    func open() { queue.close() }
    func wait() { _ = queue.waitForOne() }
}

extension IncomingResponse {
    var text: String { String(decoding: body, as: UTF8.self) }
}

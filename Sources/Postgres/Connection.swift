internal import CPostgres
internal import Threads
internal import Units

/// The server could not be reached, or did not let us in.
struct Unreachable: Error {
    /// In words, without the address and the password.
    let reason: String
}

/// What a connection is asked to do.
struct Work: Sendable {
    /// Does it and hands over its outcome; throws when it has no outcome yet.
    let run: @Sendable (Wire) throws -> Void
    /// Hands over that it has failed.
    let fail: @Sendable (any Error) -> Void
}

/// A connection to the server that is opened when it is needed, again and again.
actor Connection {
    /// Runs again after a deadlock or a serialization failure. Past that the rows are contended.
    private static let transientRetriesMax = 3

    nonisolated let thread: ConnectionThread
    private let address: Address
    private let settings: Database.Settings
    private var wire: Wire?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(name: String, address: Address, settings: Database.Settings) {
        thread = ConnectionThread(name: name)
        self.address = address
        self.settings = settings
    }

    var isOpen: Bool { wire != nil }

    func close() { wire = nil }

    /// The open connection; opens it if need be, blocking for as long as that takes.
    @discardableResult
    func open() throws(Unreachable) -> Wire {
        if let wire { return wire }
        guard let pointer = unsafe address.connect() else {
            throw Unreachable(reason: "there is no memory for a connection")
        }
        guard unsafe PQstatus(pointer) == CONNECTION_OK else {
            defer { unsafe PQfinish(pointer) }
            let reason = unsafe PQerrorMessage(pointer).map { unsafe String(cString: $0) }
            throw Unreachable(reason: reason ?? "no reason was given")
        }
        unsafe Self.silenceNotices(pointer)
        let wire = unsafe Wire(pointer, settings: settings)
        self.wire = wire
        return wire
    }

    /// libpq would print what the server remarks to the standard error.
    private static func silenceNotices(_ pointer: OpaquePointer) {
        unsafe PQsetNoticeReceiver(pointer, { _, _ in }, nil)
    }

    /// Carries `work` out, again where that is safe and helps, and sees that it has an outcome.
    ///
    /// A lost connection is worth one more try on a fresh one, since nothing was committed.
    /// Throws when there is no connection to be had; then `work` has no outcome yet.
    func carryOut(_ work: Work) throws(Unreachable) {
        var transientRetries = 0
        var otherRetries = 0
        while true {
            let wire = try open()
            let failure: any Error
            do {
                try work.run(wire)
                if wire.isLost { close() }
                return
            } catch {
                failure = error
                if wire.isLost { close() }
            }
            switch failure {
            case let failure as DatabaseFailure
            where failure.isTransient && transientRetries < Self.transientRetriesMax:
                transientRetries += 1
                // So that two that met do not meet again at once.
                Alarm().nap(
                    for: .microseconds(Int64.random(in: 0...2000) * Int64(transientRetries)))
            case let failure as DatabaseFailure where failure.isStaleStatement && otherRetries < 1:
                otherRetries += 1
                wire.forgetStatements()
                if wire.isLost { close() }
            case is ConnectionLost:
                guard otherRetries < 1 else {
                    return work.fail(DatabaseFailure.unavailable(retryAfter: Backoff.first))
                }
                otherRetries += 1
            default:
                return work.fail(failure)
            }
        }
    }
}

import Threads
import Units

/// Open connections by whom they count for. One loop adds; each takes away its own.
final class AddressCounts: Sendable {
    /// Only of those that have any, so never more than connections.
    private let counts = Lock<[AddressRange: Int]>([:])

    subscript(unit: AddressRange) -> Int { counts.withLock { $0[unit] ?? 0 } }

    func add(_ unit: AddressRange) {
        counts.withLock { $0[unit, default: 0] += 1 }
    }

    func remove(_ unit: AddressRange) {
        counts.withLock { counts in
            let left = (counts[unit] ?? 0) - 1
            counts[unit] = left > 0 ? left : nil
        }
    }
}

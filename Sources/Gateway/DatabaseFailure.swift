import Postgres

extension DatabaseFailure {
    /// Whether the same transaction may succeed later.
    var mayHeal: Bool {
        switch self {
        case .unavailable, .overloaded, .uncertain, .deadlock, .serialization: true
        // Waited too long for a lock or an answer, or the server was told to stop.
        case .failed(let state, _): ["55P03", "57014", "57P01", "57P02", "57P03"].contains(state)
        case .constraint: false
        }
    }
}

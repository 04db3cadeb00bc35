import Providers
import Units

extension ProviderFailure {
    /// The engine's word for a vendor's failure.
    init(_ failure: VendorFailure, of vendor: Vendor) {
        let said = "\(failure.kind.rawValue): \(failure.message)"
        let isOver = failure.acceptance == .ended
        switch failure.kind {
        case .badRequest:
            self = .refused(
                Refusal(
                    .invalidValue,
                    "\(vendor.title) refused the request: \(failure.sentence) Nothing was charged.",
                    field: failure.field))
        case .moderated:
            self = .refused(
                Refusal(
                    .moderated,
                    "The request was refused by \(vendor.title)'s safety system. Nothing was charged.",
                    field: "prompt"))
        // Of a task that is gone its vendor says so too.
        case .modelGone: self = isOver ? .failed(said) : .out(said)
        case .operatorAuth, .operatorFunds: self = .out(said)
        case .rateLimited: self = .busy(retryAfter: failure.retryAfter)
        case .noImage where failure.acceptance != .running: self = .empty(said)
        case .overloaded, .timeout, .noImage, .malformed:
            switch failure.acceptance {
            case .no, .running: self = .broken(said)
            case .perhaps: self = .unsure(said)
            // A vendor that has failed says so; an answer that nobody can read does not.
            case .ended: self = failure.kind == .malformed ? .unsure(said) : .failed(said)
            }
        }
    }
}

extension VendorFailure {
    /// What it says, with a full stop.
    fileprivate var sentence: String {
        message.last.map { ".!?".contains($0) } == true ? message : message + "."
    }
}

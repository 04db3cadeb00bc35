/// A vendor's wire format as pure functions: no network, no clock, no money, no credential.
///
/// What differs between vendors of one format is the adapter's properties: data.
public protocol Adapter: Sendable {
    /// The dialect.
    var name: String { get }

    /// How to ask `vendor`, or why it cannot be asked for this.
    func submit(_ ask: Ask, to vendor: Vendor) throws(VendorFailure) -> Call

    /// What the answer to `submit` says.
    func read(_ reply: Reply, of ask: Ask, from vendor: Vendor) throws(VendorFailure) -> Progress

    /// How to ask for a task that `vendor` has.
    func poll(_ task: String, of vendor: Vendor) throws(VendorFailure) -> Call

    /// What the answer to `poll` says.
    func readPoll(
        _ reply: Reply, of task: String, from vendor: Vendor
    ) throws(VendorFailure) -> Progress
}

extension Adapter {
    public func poll(_ task: String, of vendor: Vendor) throws(VendorFailure) -> Call {
        throw VendorFailure(.malformed, "\(vendor.title) knows no tasks", acceptance: .ended)
    }

    public func readPoll(
        _ reply: Reply, of task: String, from vendor: Vendor
    ) throws(VendorFailure) -> Progress {
        throw .malformed("\(vendor.title) knows no tasks", reply, acceptance: .ended)
    }
}

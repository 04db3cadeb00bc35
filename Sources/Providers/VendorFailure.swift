/// Why a vendor gave no picture: one classification for all of them.
public struct VendorFailure: Error, Hashable, Sendable {
    /// What it means, and so what to do next.
    public enum Kind: String, CaseIterable, Sendable {
        /// The customer's doing: told with the field, never tried again.
        case badRequest = "bad_request"
        /// The vendor will not draw it: never asked of another.
        case moderated
        /// Our credential was refused: another one or another route, and somebody must look.
        case operatorAuth = "operator_auth"
        /// Our account there is empty or capped: the same.
        case operatorFunds = "operator_funds"
        case rateLimited = "rate_limited"
        case overloaded
        case timeout
        /// The vendor knows no such model or no longer: another route, and somebody must look.
        case modelGone = "model_gone"
        /// It says that it succeeded and there is no picture.
        case noImage = "no_image"
        /// What came is no answer that this vendor gives.
        case malformed
    }

    /// Whether the vendor has the work, and so whether asking again could be paid for twice.
    public enum Acceptance: String, Sendable {
        /// It does not: anyone may be asked.
        case no
        /// It may: nobody knows.
        case perhaps
        /// It has it, and is asked on about its task; it is never submitted again.
        case running
        /// It had it and is through: it can be asked again, and may bill both.
        case ended
    }

    public var kind: Kind
    /// The vendor's words, shortened, on one line, and without what looks secret.
    public var message: String
    /// What the vendor says is wrong, in its spelling.
    public var field: String?
    public var retryAfter: Duration?
    public var acceptance: Acceptance
    public var status: Int?
    public var request: String?
    /// What the refused work took all the same.
    public var usage = VendorUsage()

    init(
        _ kind: Kind, _ message: String, field: String? = nil, retryAfter: Duration? = nil,
        acceptance: Acceptance = .no, status: Int? = nil, request: String? = nil
    ) {
        self.kind = kind
        self.message = Redaction.clean(message)
        self.field = field.map { String(Redaction.clean($0).prefix(80)) }
        self.retryAfter = retryAfter
        self.acceptance = acceptance
        self.status = status
        self.request = request
    }

    /// An answer that cannot be what it should be; the work may have been done.
    static func malformed(
        _ reason: String, _ reply: Reply, acceptance: Acceptance = .perhaps
    ) -> VendorFailure {
        VendorFailure(
            .malformed, reason, acceptance: acceptance, status: reply.status,
            request: reply.request)
    }

    /// A success without a picture.
    static func noImage(
        _ reason: String, _ reply: Reply, acceptance: Acceptance = .ended
    ) -> VendorFailure {
        VendorFailure(
            .noImage, reason, acceptance: acceptance, status: reply.status, request: reply.request)
    }

    static func moderated(_ reason: String, _ reply: Reply) -> VendorFailure {
        VendorFailure(
            .moderated, reason, acceptance: .ended, status: reply.status, request: reply.request)
    }
}

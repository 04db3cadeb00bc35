import Units

/// How a vendor's errors are told apart: a table, to be corrected where a vendor surprises.
public struct ErrorTable: Sendable {
    /// A line of it. The first that fits counts.
    struct Rule: Sendable {
        /// Any when empty.
        let statuses: [Int]
        /// Words of which the answer holds one as a code; `*` at either end stands for anything.
        let codes: [String]
        /// Words of which the sentence holds one, in any case.
        let words: [String]
        let kind: VendorFailure.Kind

        /// Without codes and words, a line about the statuses alone.
        init(
            _ statuses: Int..., codes: [String] = [], words: [String] = [],
            _ kind: VendorFailure.Kind
        ) {
            self.statuses = statuses
            self.codes = codes
            self.words = words
            self.kind = kind
        }

        func fits(_ status: Int, _ complaint: Complaint) -> Bool {
            guard statuses.isEmpty || statuses.contains(status) else { return false }
            if codes.isEmpty, words.isEmpty { return true }
            if complaint.codes.contains(where: { code in codes.contains { Self.fits($0, code) } }) {
                return true
            }
            let sentence = complaint.message.lowercased()
            return words.contains { sentence.contains($0) }
        }

        private static func fits(_ pattern: String, _ code: String) -> Bool {
            let (pattern, code) = (pattern.lowercased(), code.lowercased())
            switch (pattern.hasPrefix("*"), pattern.hasSuffix("*")) {
            case (true, true): return code.contains(pattern.dropFirst().dropLast())
            case (true, false): return code.hasSuffix(pattern.dropFirst())
            case (false, true): return code.hasPrefix(pattern.dropLast())
            case (false, false): return code == pattern
            }
        }
    }

    let rules: [Rule]

    init(_ rules: [Rule]) {
        self.rules = rules
    }

    /// What `status` means where no line says otherwise.
    static func usual(_ status: Int) -> VendorFailure.Kind {
        switch status {
        case 401, 403: .operatorAuth
        case 402: .operatorFunds
        case 404, 410: .modelGone
        case 408, 504: .timeout
        case 429: .rateLimited
        case 400..<500: .badRequest
        case 500..<600: .overloaded
        default: .malformed
        }
    }

    /// What a success says; throws why it is none.
    func json(of reply: Reply) throws(VendorFailure) -> JSONValue {
        guard reply.isSuccess else { throw failure(reply) }
        guard let json = reply.json else { throw .malformed("the answer is no JSON", reply) }
        return json
    }

    /// Why `reply` is no success. `acceptance` where more is known than its status tells.
    func failure(
        _ reply: Reply, acceptance: VendorFailure.Acceptance? = nil
    ) -> VendorFailure {
        failure(reply, Complaint(reply), acceptance: acceptance)
    }

    func failure(
        _ reply: Reply, _ complaint: Complaint, acceptance: VendorFailure.Acceptance? = nil
    ) -> VendorFailure {
        let kind =
            rules.first { $0.fits(reply.status, complaint) }?.kind
            // A success that complains without a word that is known failed all the same.
            ?? (reply.isSuccess ? .overloaded : Self.usual(reply.status))
        let refused = reply.status / 100 == 4 || reply.status == 503
        return VendorFailure(
            kind, complaint.message, field: kind == .badRequest ? complaint.field : nil,
            retryAfter: complaint.retryAfter ?? complaint.retryAfterInWords,
            acceptance: acceptance ?? (refused ? .no : reply.isSuccess ? .ended : .perhaps),
            status: reply.status, request: reply.request)
    }
}

import Pictures
import Providers
import Units

/// What an emulated vendor insists on and how it says what it made: data, from the reference pages.
struct Rules: Sendable {
    enum Login: Sendable {
        case none, bearer, key, basic, token
        case header(String)
    }

    /// What came out of a submission.
    struct Result: Sendable {
        /// Base64 of each.
        let pictures: [String]
        /// An address of each, on this server.
        let addresses: [String]
        let task: String
        let base: String

        var urls: [JSONValue] { addresses.map { .object(["url": .string($0)]) } }
        var base64: [JSONValue] { pictures.map { .object(["b64_json": .string($0)]) } }
    }

    var login: Login
    /// Members that are known, by what the path ends in; the longest end counts.
    var paths: [String: Set<String>]
    /// The answer to a submission, where that is the end of it.
    var made: @Sendable (Result) -> JSONValue
    /// The answer to a submission that is only a beginning.
    var accepted: (@Sendable (Result) -> JSONValue)?
    /// The answer to a poll meanwhile.
    var running: JSONValue = .null
    /// The answer to a poll at the end, where the result is behind another address.
    var finished: JSONValue?
    /// A sentence about what is wrong with the values.
    var check: @Sendable (Submission) -> String? = { _ in nil }

    /// Why a submission is refused; nil when it is fine.
    func complaint(about submission: Submission) -> String? {
        let ends = paths.keys.filter { submission.path.hasSuffix($0) }
        guard let end = ends.max(by: { $0.count < $1.count }), let known = paths[end] else {
            return "there is no \(submission.path)"
        }
        let unknown = submission.names.subtracting(known)
        guard unknown.isEmpty else { return "unknown: \(unknown.sorted().joined(separator: ", "))" }
        guard (1...10).contains(submission.n) else { return "n is \(submission.n)" }
        return check(submission)
    }
}

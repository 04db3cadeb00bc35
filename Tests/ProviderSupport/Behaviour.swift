public import Providers
public import Units

/// What an emulated vendor does with a submission.
public enum Behaviour: Hashable, Sendable {
    case done
    /// Answers as the vendor does when it fails so, in its own words.
    case fails(VendorFailure.Kind)
    /// The same behind a success: in a 200, or at the end of a task.
    case failsInside(VendorFailure.Kind)
    /// A 200 with a page of HTML.
    case garbage
    /// A 200 whose JSON ends in the middle.
    case truncated
    /// The connection is cut in the middle of the answer.
    case cut
    /// Pictures are announced, and are gone when they are fetched.
    case expired
    /// One picture fewer than asked for comes.
    case partial
    /// Answers as when it is done, but with these members of its answer; null leaves one out.
    case says([String: JSONValue])
    /// The same with members of each picture.
    case saysOfPictures([String: JSONValue])
    /// Its base64 is broken into lines, as RFC 2045 has it.
    case wraps
    /// Its base64 is none.
    case damages
    /// Takes this long, and then it is done.
    case slow(Duration)

    /// What a prompt asks for: `emulate:rate_limited`, `emulate:inside:moderated`, `emulate:garbage`.
    static func asked(by prompt: String) -> Behaviour? {
        guard let start = prompt.firstRange(of: "emulate:")?.upperBound else { return nil }
        let words = prompt[start...].prefix { !$0.isWhitespace }.split(separator: ":")
        switch words.first ?? "" {
        case "garbage": return .garbage
        case "truncated": return .truncated
        case "cut": return .cut
        case "expired": return .expired
        case "partial": return .partial
        case "slow":
            return words.dropFirst().first.flatMap { Int($0) }.map { .slow(.seconds($0)) }
        case "inside":
            return words.dropFirst().first.flatMap { VendorFailure.Kind(rawValue: String($0)) }
                .map { .failsInside($0) }
        case let word: return VendorFailure.Kind(rawValue: String(word)).map { .fails($0) }
        }
    }
}

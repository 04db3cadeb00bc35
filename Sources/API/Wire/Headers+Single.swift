import HTTP
import Units

extension Headers {
    /// The value of a header that there may be one of; nil without it. Repetitions of the same value
    /// are one; two that differ are refused, as nobody knows which was meant.
    func single(_ name: String) throws(Refusal) -> String? {
        guard !contradict(name) else {
            throw Refusal(
                .invalidValue, "The request has different '\(name)' headers: send one.", field: name
            )
        }
        return self[name]
    }
}

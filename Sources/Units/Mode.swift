/// Whether real money and real providers are meant, or play credits and the sandbox.
public enum Mode: String, CaseIterable, Sendable {
    case live, test
}

import Testing
import Threads

/// What a deployment's logs must not tell, and the logs.
final class Secrets: Sendable {
    private struct State {
        var logs: [Transcript] = []
        /// Prompts of the official clients' scripts, which ask by themselves.
        var words: Set<String> = ["a fox", "a red fox", "an owl"]
    }

    private let state = Lock(State())

    /// Shorter ones are found by chance.
    private static let charactersMin = 5

    /// From now on this is a log.
    func watch(_ log: Transcript) {
        state.withLock { $0.logs.append(log) }
    }

    func add(_ words: [String]) {
        let words = words.filter { $0.count >= Self.charactersMin }
        state.withLock { $0.words.formUnion(words) }
    }

    /// A key: neither whole nor in part, but for its hint.
    func add(key: String) {
        add([String(key.dropFirst(13).dropLast(4))])
    }

    /// The prompts in a body of JSON, as it was written.
    func add(promptsOf json: String) {
        for name in [#""prompt":""#, #""prompts":[""#] {
            for rest in json.split(separator: name).dropFirst() {
                add([String(rest.prefix { $0 != "\"" })])
            }
        }
    }

    /// What every log says, as one text.
    var told: String { state.withLock { $0.logs }.map(\.text).joined() }

    /// Fails for each that a log holds.
    func expectUntold() {
        let told = told
        for word in state.withLock({ $0.words }) {
            #expect(!told.contains(word), "a log holds '\(word)'")
        }
    }
}

extension String {
    /// Whether a variable of this name holds a vendor's credential. The server's own key is a file.
    var isCredential: Bool {
        self != "ATELIER_TLS_KEY"
            && ["_KEY", "_TOKEN", "_SECRET", "_AUTH"].contains { hasSuffix($0) }
    }
}

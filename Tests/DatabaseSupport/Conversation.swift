internal import Glibc
internal import Threads

/// One connection through a relay, on a thread of its own.
struct Conversation {
    let client: Int32
    let server: Int32
    let relay: Relay

    /// Passes bytes on until a side hangs up or the wire is cut.
    func run() {
        let generation = relay.state.withLock { $0.generation }
        var clientSpoke = false
        var cutsAnswer = false
        while relay.state.withLock({ $0.generation }) == generation {
            if Loopback.waitToRead(client, or: server) == server {
                guard let bytes = Loopback.read(server), !cutsAnswer else { return }
                clientSpoke = false
                Loopback.write(bytes, to: client)
            } else if Loopback.hasInput(client) {
                guard let bytes = Loopback.read(client) else { return }
                switch relay.judge(bytes, isNewBurst: !clientSpoke) {
                case .pass: break
                case .cutNow: return
                case .cutAnswer: cutsAnswer = true
                }
                clientSpoke = true
                Loopback.write(bytes, to: server)
            }
        }
    }
}

extension Relay {
    enum Verdict {
        case pass
        case cutNow
        case cutAnswer
    }

    /// Counts what the client sent, and says whether it is time to cut.
    func judge(_ bytes: [UInt8], isNewBurst: Bool) -> Verdict {
        state.withLock { state in
            if isNewBurst { state.bursts += 1 }
            let verdict: Verdict
            switch state.cut {
            case .beforeBurst(let count) where state.bursts - state.burstsAtCut >= count:
                verdict = .cutNow
            case .afterBurst(let count) where state.bursts - state.burstsAtCut >= count:
                verdict = .cutAnswer
            case .before(let words) where bytes.contains(Array(words.utf8)):
                verdict = .cutNow
            case .after(let words) where bytes.contains(Array(words.utf8)):
                verdict = .cutAnswer
            default: return .pass
            }
            state.cut = nil
            return verdict
        }
    }
}

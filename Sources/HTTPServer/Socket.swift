import CEpoll
import Glibc

/// A connection's bytes in and out, without waiting; in the clear where there is no `tls`.
struct Socket {
    let descriptor: Int32
    var tls: TLSSession?

    /// How a call on a socket went.
    enum Outcome {
        /// This many bytes moved; none on reading means the end.
        case moved(Int)
        /// Nothing now: an event will tell.
        case wouldBlock
        /// The connection is beyond use.
        case failed
    }

    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        if let tls { return unsafe outcome(tls.receive(into: buffer)) }
        return unsafe receiveRaw(into: buffer)
    }

    /// What the peer has sent, encrypted or not: enough for whoever only waits for its end.
    func receiveRaw(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Outcome {
        unsafe outcome(cepoll_receive(descriptor, buffer.baseAddress, buffer.count))
    }

    /// `more` says that more follows at once, so that a small piece can wait for it.
    func send(_ bytes: ArraySlice<UInt8>, more: Bool = false) -> Outcome {
        unsafe bytes.withUnsafeBytes {
            if let tls { return unsafe outcome(tls.send($0)) }
            return unsafe outcome(cepoll_send(descriptor, $0.baseAddress, $0.count, more ? 1 : 0))
        }
    }

    /// Sends three runs of bytes as one. Not over TLS, whose records are of one run.
    func send(_ first: [UInt8], _ second: [UInt8], _ third: [UInt8]) -> Outcome {
        unsafe first.withUnsafeBytes { first in
            unsafe second.withUnsafeBytes { second in
                unsafe third.withUnsafeBytes { third in
                    unsafe outcome(
                        cepoll_send3(
                            descriptor, first.baseAddress, first.count, second.baseAddress,
                            second.count, third.baseAddress, third.count))
                }
            }
        }
    }

    func send(_ file: FilePiece, countMax: Int64) -> Outcome {
        if let tls { return outcome(tls.send(file, countMax: countMax)) }
        let count = Int(min(file.remaining, countMax))
        return outcome(cepoll_send_file(descriptor, file.descriptor, file.offset, count))
    }

    /// Says to the peer that nothing follows; false when that has to wait for an event.
    func finishSending() -> Bool {
        if let tls, !tls.finish() { return false }
        shutdown(descriptor, Int32(SHUT_WR))
        return true
    }

    private func outcome(_ result: Int) -> Outcome {
        if result >= 0 { return .moved(result) }
        return result == -Int(EAGAIN) ? .wouldBlock : .failed
    }
}

/// What is still to be sent of an open file.
struct FilePiece {
    let descriptor: Int32
    var offset: Int64
    var remaining: Int64
}

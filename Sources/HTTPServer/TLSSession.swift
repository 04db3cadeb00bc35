import CTLS
import Glibc

/// One connection's TLS, on a socket that does not wait. Touched on its loop's thread only.
@safe final class TLSSession {
    /// Bytes of one record (RFC 8446, section 5.1). More in one call does not go out any sooner.
    static let recordBytes = 16 * 1024

    private let session: OpaquePointer

    init(_ session: OpaquePointer) {
        unsafe self.session = unsafe session
    }

    deinit { unsafe SSL_free(session) }

    /// How far a handshake has come.
    enum Handshake {
        case done
        /// An event will tell when to go on.
        case wouldBlock
        /// The peer speaks HTTP in the clear, and would understand an answer.
        case plainHTTP
        case failed
    }

    func shakeHands() -> Handshake {
        switch unsafe ctls_shake_hands(session) {
        case 1...: .done
        case -Int(EAGAIN): .wouldBlock
        case Int(CTLS_PLAIN_HTTP): .plainHTTP
        default: .failed
        }
    }

    /// As `cepoll_receive`: one record at most.
    func receive(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        unsafe ctls_receive(session, buffer.baseAddress, buffer.count)
    }

    /// As `cepoll_send`. What would block must be offered again, as it was, before anything else.
    func send(_ bytes: UnsafeRawBufferPointer) -> Int {
        unsafe ctls_send(session, bytes.baseAddress, min(bytes.count, Self.recordBytes))
    }

    /// Sends one record of a file. Kernel and file are not to be joined here: the bytes have to be
    /// encrypted on the way.
    func send(_ file: FilePiece, countMax: Int64) -> Int {
        let wanted = Int(min(file.remaining, countMax, Int64(Self.recordBytes)))
        return unsafe withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 1) { bytes in
            var read: Int
            repeat {
                read = unsafe pread(file.descriptor, bytes.baseAddress, wanted, Int(file.offset))
            } while read < 0 && errno == EINTR
            guard read > 0 else { return read }
            return unsafe send(UnsafeRawBufferPointer(rebasing: bytes[..<read]))
        }
    }

    /// Says that nothing follows; false when that has to wait for an event.
    func finish() -> Bool { unsafe ctls_finish(session) != -Int(EAGAIN) }
}

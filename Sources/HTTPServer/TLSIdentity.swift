import CTLS
import Glibc

/// What a server shows to its clients: a certificate with its chain, and the key to it.
///
/// TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, and nothing older: whoever
/// calls an API of today speaks them.
@safe public final class TLSIdentity: @unchecked Sendable {
    /// OpenSSL's context: counted, and used by many threads at once.
    private let context: OpaquePointer
    /// For how many seconds the certificate was valid yet when it was read; negative once it is not.
    public private(set) var secondsLeft: Int64 = 0

    /// Reads both files (PEM; the certificate's with its chain), or throws a sentence that names
    /// the one that will not do.
    public init(certificate: String, key: String) throws(TLSFailure) {
        for file in [certificate, key] { try Self.checkReadable(file) }
        guard let context = unsafe ctls_context() else { throw TLSFailure(Self.reason) }
        unsafe self.context = unsafe context
        guard unsafe ctls_use_chain(context, certificate) != 0 else {
            throw TLSFailure("\(certificate) holds no usable certificate (PEM): \(Self.reason)")
        }
        guard unsafe ctls_use_key(context, key) != 0 else {
            throw TLSFailure(
                ctls_is_mismatch() != 0
                    ? "the key in \(key) does not belong to the certificate in \(certificate)"
                    : "\(key) holds no usable private key (PEM, without a passphrase): "
                        + Self.reason)
        }
        secondsLeft = unsafe ctls_seconds_left(context)
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// The server's side of a connection; nil when the system is out of memory.
    func accept(_ descriptor: Int32) -> TLSSession? {
        unsafe ctls_accept(context, descriptor).map { unsafe TLSSession($0) }
    }

    /// OpenSSL's words do not tell a file that is missing from one that may not be read.
    private static func checkReadable(_ file: String) throws(TLSFailure) {
        guard unsafe access(file, R_OK) == 0 else {
            throw TLSFailure("\(file) cannot be read: \(unsafe String(cString: strerror(errno)))")
        }
    }

    private static var reason: String { unsafe String(cString: ctls_reason()) }
}

/// Why a certificate and its key cannot be used, in a sentence.
public struct TLSFailure: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

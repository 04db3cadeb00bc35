internal import CCurl
import Units

/// The functions that libcurl calls. They only translate: C's pointers to the transfer's own words.
///
/// Static, with the transfer behind libcurl's pointer: closures that capture would need a home of
/// their own, and their conversion to C has crashed the optimizer.
extension Transfer {
    /// The transfer behind libcurl's pointer. The driver keeps it alive while libcurl knows of it.
    static func of(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        guard let context = unsafe context else { return nil }
        return unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
    }

    func setCallbacks() {
        var callbacks = unsafe ccurl_callbacks(
            header: { unsafe Transfer.header($0, $1 * $2, $3) },
            body: { unsafe Transfer.body($0, $1 * $2, $3) },
            read: { unsafe Transfer.read($0, $1 * $2, $3) },
            seek: { unsafe Transfer.seek($0, $1, $2) },
            open_socket: { context, _, to in unsafe Transfer.openSocket(context, to) },
            resolver_start: { _, _, context in unsafe Transfer.resolverStart(context) })
        unsafe ccurl_set_callbacks(easy, &callbacks, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func header(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let line = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        // Any other number than what was given ends the transfer.
        return unsafe of(context)?.addHeader(line) == true ? count : count &+ 1
    }

    private static func body(
        _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let piece = unsafe UnsafeRawBufferPointer(start: bytes, count: count)
        return unsafe of(context)?.addBody(piece) == true ? count : count &+ 1
    }

    private static func read(
        _ buffer: UnsafeMutablePointer<CChar>?, _ count: Int, _ context: UnsafeMutableRawPointer?
    ) -> Int {
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: buffer, count: count)
        return unsafe of(context)?.readBody(into: buffer) ?? Int(CURL_READFUNC_ABORT)
    }

    private static func seek(
        _ context: UnsafeMutableRawPointer?, _ offset: curl_off_t, _ origin: Int32
    ) -> Int32 {
        guard let transfer = unsafe of(context), offset == 0, origin == 0, transfer.rewind() else {
            return CURL_SEEKFUNC_FAIL
        }
        return CURL_SEEKFUNC_OK
    }

    private static func openSocket(
        _ context: UnsafeMutableRawPointer?, _ to: UnsafeMutablePointer<curl_sockaddr>?
    ) -> curl_socket_t {
        guard let transfer = unsafe of(context), let to = unsafe to else { return CURL_SOCKET_BAD }
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe ccurl_address(to, &bytes)
        guard transfer.mayConnect(to: IPAddress(bytes: bytes.prefix(count))) else {
            return CURL_SOCKET_BAD
        }
        return unsafe ccurl_open_socket(to)
    }

    private static func resolverStart(_ context: UnsafeMutableRawPointer?) -> Int32 {
        unsafe of(context)?.beginLookup()
        return 0
    }
}

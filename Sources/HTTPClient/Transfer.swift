internal import CCurl
internal import HTTP
import Units

/// One call under way: libcurl's handle of it, and what has come so far.
@safe final class Transfer {
    let call: Call
    let easy: UnsafeMutableRawPointer
    private let lookups: Lookups
    private let isBehindProxy: Bool
    private let addresses: AddressFilter
    /// What libcurl points to instead of copying.
    private var lists: [UnsafeMutablePointer<curl_slist>] = unsafe []

    private var head = ResponseHead()
    private var body: [UInt8] = []
    private var receivedBytes = 0
    private var sentBytes = 0
    private var isLookingUp = false
    private var hasTriedAnAddress = false
    /// Why the first address was not tried.
    private var refusal: String?
    /// Why a callback of ours ended the transfer.
    private var ownFailure: HTTPClientFailure?

    init(_ call: Call, _ settings: HTTPClient.Settings, _ lookups: Lookups) {
        guard let easy = unsafe curl_easy_init() else {
            preconditionFailure("there is no memory for a transfer")
        }
        unsafe self.easy = unsafe easy
        self.call = call
        self.lookups = lookups
        isBehindProxy = settings.proxy != nil
        addresses = settings.addresses
        setRules(settings)
        setRequest(call)
        setCallbacks()
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        for index in unsafe lists.indices { unsafe curl_slist_free_all(lists[index]) }
    }

    /// A list that lives as long as the transfer.
    func list(_ lines: [String]) -> UnsafeMutablePointer<curl_slist>? {
        var list: UnsafeMutablePointer<curl_slist>?
        for line in lines {
            unsafe list = unsafe curl_slist_append(list, line)
            precondition(unsafe list != nil, "there is no memory for a header")
        }
        if let list = unsafe list { unsafe lists.append(list) }
        return unsafe list
    }

    // MARK: What libcurl asks and tells

    func addHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        if unsafe head.add(line) { return true }
        ownFailure = .broken("its header is too large")
        return false
    }

    func addBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let limit = call.request.responseMaxBytes
        guard bytes.count <= limit - receivedBytes else {
            ownFailure = .tooLarge(limitBytes: limit)
            return false
        }
        receivedBytes += bytes.count
        if let receive = call.request.receive,
            unsafe ccurl_info_long(easy, CURLINFO_RESPONSE_CODE) == 200
        {
            receive.take(unsafe Array(bytes))
        } else {
            unsafe body.append(contentsOf: bytes)
        }
        return true
    }

    /// The next bytes of the request's body; none at its end.
    func readBody(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        let piece = call.request.body[sentBytes...].prefix(buffer.count)
        unsafe buffer.copyBytes(from: piece)
        sentBytes += piece.count
        return piece.count
    }

    /// Goes back to the body's first byte, which libcurl asks for to send it again.
    func rewind() -> Bool {
        // The other side may have acted on what it was sent, and nobody has said that it may twice.
        guard call.request.isIdempotent || sentBytes < call.request.body.count else { return false }
        sentBytes = 0
        return true
    }

    /// Whether a socket may be opened to `address`, which is nil when it is no IP address.
    func mayConnect(to address: IPAddress?) -> Bool {
        leaveLookup()
        if !isBehindProxy {
            let reason = address.map(addresses.refusal(of:)) ?? "it is no IP address"
            if let reason {
                refusal = refusal ?? reason
                return false
            }
        }
        hasTriedAnAddress = true
        return true
    }

    func beginLookup() {
        if isLookingUp { return }
        isLookingUp = true
        lookups.count += 1
    }

    func leaveLookup() {
        if isLookingUp { lookups.count -= 1 }
        isLookingUp = false
    }

    // MARK: Its end

    func outcome(_ code: CURLcode) -> Call.Outcome {
        if code == CURLE_OK {
            let response = response
            // libcurl takes a connection that ends inside a head for the end of the answer.
            guard head.isComplete, response.status.rawValue >= 200 else {
                return .failure(.broken("it ended inside its header"))
            }
            return .success(response)
        }
        if let ownFailure { return .failure(ownFailure) }
        if let refusal, !hasTriedAnAddress { return .failure(.addressRefused(refusal)) }
        // Nothing was sent before the connection stood.
        if code == CURLE_OPERATION_TIMEDOUT,
            unsafe ccurl_info_large(easy, CURLINFO_PRETRANSFER_TIME_T) == 0
        {
            return .failure(.connectTimedOut)
        }
        return .failure(HTTPClientFailure(code))
    }

    private var response: IncomingResponse {
        IncomingResponse(
            status: Status(unsafe ccurl_info_long(easy, CURLINFO_RESPONSE_CODE)),
            headers: head.headers, body: body,
            duration: .microseconds(unsafe ccurl_info_large(easy, CURLINFO_TOTAL_TIME_T)),
            timeToFirstByte: .microseconds(
                unsafe ccurl_info_large(easy, CURLINFO_STARTTRANSFER_TIME_T)))
    }
}

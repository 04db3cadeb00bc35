internal import CCurl
internal import HTTP
internal import Units

extension Transfer {
    /// What holds for every call of a client.
    func setRules(_ settings: HTTPClient.Settings) {
        set(CURLOPT_NOSIGNAL, 1)
        set(CURLOPT_PROTOCOLS_STR, "http,https")
        set(CURLOPT_FOLLOWLOCATION, 0)
        set(CURLOPT_NETRC, 0)
        set(CURLOPT_PATH_AS_IS, 1)
        // Without these two libcurl asks the environment.
        set(CURLOPT_PROXY, settings.proxy?.reveal() ?? "")
        set(CURLOPT_NOPROXY, "")
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // A compressed answer may be a thousand times larger than what came.
        set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        set(CURLOPT_HTTP09_ALLOWED, 0)
        set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        set(CURLOPT_SSL_VERIFYPEER, 1)
        set(CURLOPT_SSL_VERIFYHOST, 2)
        set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let caFile = settings.caFile { set(CURLOPT_CAINFO, caFile) }
        set(CURLOPT_TCP_KEEPALIVE, 1)
        // A name may lead elsewhere by then.
        set(CURLOPT_MAXLIFETIME_CONN, 600)
        // Otherwise ending a call whose name is still being looked up stops the thread, and with it
        // every other call, until the resolver has given up. The look-up's thread frees what it
        // holds.
        set(CURLOPT_QUICK_EXIT, 1)
        // Memory for each upload; the standard is 64 KiB.
        set(CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
        set(CURLOPT_RESOLVE, settings.pinned)
    }

    /// What this call asks.
    func setRequest(_ call: Call) {
        let request = call.request
        set(CURLOPT_URL, request.url)
        set(CURLOPT_TIMEOUT_MS, Self.milliseconds(call.deadline - .now))
        set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(request.connectTimeout))
        if request.method == "HEAD" {
            set(CURLOPT_NOBODY, 1)
        } else if !request.body.isEmpty || ["POST", "PUT", "PATCH"].contains(request.method) {
            // Not CURLOPT_POST, which adds a content type of its own choice.
            set(CURLOPT_UPLOAD, 1)
            unsafe require(
                ccurl_set_large(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(request.body.count)))
        }
        set(CURLOPT_CUSTOMREQUEST, request.method)
        // On a kept connection libcurl may send a request twice, which only `rewind` can refuse,
        // and without a body nothing is rewound.
        if !request.isIdempotent && request.body.isEmpty { set(CURLOPT_FRESH_CONNECT, 1) }
        // A field without a value is written with a semicolon; without either it is left out, as
        // `Expect` is, which would make an upload wait for a permission.
        let fields = request.headers.fields.map { field in
            field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
        }
        set(CURLOPT_HTTPHEADER, fields + ["Expect:"])
    }

    /// At least 1: libcurl reads 0 as "no limit".
    private static func milliseconds(_ duration: Duration) -> Int {
        Int(min(max(1, duration.milliseconds), Int64(Int32.max)))
    }

    private func set(_ option: CURLoption, _ value: Int) {
        require(unsafe ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) {
        require(unsafe ccurl_set_text(easy, option, value))
    }

    private func set(_ option: CURLoption, _ lines: [String]) {
        require(unsafe ccurl_set_list(easy, option, list(lines)))
    }

    /// A rule that is not in force must not go unnoticed: the filter and the limits depend on them.
    private func require(_ code: CURLcode) {
        precondition(code == CURLE_OK, "this libcurl lacks an option that calls depend on")
    }
}

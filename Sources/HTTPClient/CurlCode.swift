internal import CCurl

extension HTTPClientFailure {
    /// What an error of libcurl means to a caller.
    ///
    /// Its texts for a code are fixed; those of one transfer may hold a name, and are never read.
    init(_ code: CURLcode) {
        let reason = unsafe String(cString: curl_easy_strerror(code))
        self =
            switch code {
            case CURLE_URL_MALFORMAT: .malformedURL(reason)
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .cannotResolve
            case CURLE_COULDNT_CONNECT: .cannotConnect
            case CURLE_OPERATION_TIMEDOUT: .timedOut
            case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM,
                CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
                CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_PINNEDPUBKEYNOTMATCH:
                .tls(reason)
            default: .broken(reason)
            }
    }
}

#pragma once

#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

// The part of OpenSSL's libssl that HTTPServer uses. Much of it is macros, which Swift does not see,
// and errors lie in a queue of the thread's, which has to be empty before each call: so each call
// stands here once, and answers as the plain calls of CEpoll do.

/// For the protocols that a client offers: HTTP/1.1 is chosen, and a client that offers only others
/// is refused (RFC 7301, section 3.2), so that nobody takes our words for another protocol's.
static inline int ctls_choose_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *chosen_length,
    const unsigned char *offered, unsigned int offered_length, void *unused) {
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)unused;
    return SSL_select_next_proto(
               (unsigned char **)chosen, chosen_length, ours, sizeof ours - 1, offered,
               offered_length) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_ALERT_FATAL;
}

/// Nobody is there to be asked for a passphrase.
static inline int ctls_no_passphrase(char *buffer, int size, int is_writing, void *unused) {
    (void)buffer;
    (void)size;
    (void)is_writing;
    (void)unused;
    return -1;
}

/// A context with everything set but certificate and key; NULL when memory is short.
static inline SSL_CTX *ctls_context(void) {
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) return NULL;
    // What follows TLS 1.2's handshake of today: forward secrecy, authenticated encryption.
    int is_set =
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) &&
        SSL_CTX_set_cipher_list(
            context,
            "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL:!PSK:!SRP:!DSS") &&
        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") &&
        SSL_CTX_set_session_id_context(context, (const unsigned char *)"atelier", 7);
    if (!is_set) {
        SSL_CTX_free(context);
        return NULL;
    }
    // A peer that ends the connection without TLS's own goodbye has ended it: whether something is
    // missing is told by HTTP's framing.
    SSL_CTX_set_options(
        context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION |
                     SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(
        context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                     SSL_MODE_RELEASE_BUFFERS);
    // Tickets carry sessions; nothing of them is kept here.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, ctls_choose_protocol, NULL);
    SSL_CTX_set_default_passwd_cb(context, ctls_no_passphrase);
    return context;
}

/// The files are PEM; the first of the certificates is the server's, the others lead to its issuer.
static inline int ctls_use_chain(SSL_CTX *context, const char *file) {
    ERR_clear_error();
    return SSL_CTX_use_certificate_chain_file(context, file) == 1;
}

/// Also refuses a key that is not the certificate's.
static inline int ctls_use_key(SSL_CTX *context, const char *file) {
    ERR_clear_error();
    return SSL_CTX_use_PrivateKey_file(context, file, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_check_private_key(context) == 1;
}

/// What went wrong last, in OpenSSL's words.
static inline const char *ctls_reason(void) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason ? reason : "no reason is known";
}

/// Whether a key belongs to another certificate.
static inline int ctls_is_mismatch(void) {
    unsigned long error = ERR_peek_last_error();
    int reason = ERR_GET_REASON(error);
    if (ERR_GET_LIB(error) == ERR_LIB_X509)
        return reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH;
    // A key of another kind is kept, for a certificate of its kind that never came.
    return ERR_GET_LIB(error) == ERR_LIB_SSL && reason == SSL_R_NO_CERTIFICATE_ASSIGNED;
}

/// The seconds for which the certificate is valid yet; negative when it has ended.
static inline int64_t ctls_seconds_left(SSL_CTX *context) {
    int days = 0, seconds = 0;
    X509 *certificate = SSL_CTX_get0_certificate(context);
    if (!certificate) return 0;
    ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(certificate));
    return (int64_t)days * 86400 + seconds;
}

/// The server's side of a connection that is about to begin; NULL when memory is short.
static inline SSL *ctls_accept(SSL_CTX *context, int descriptor) {
    ERR_clear_error();
    SSL *ssl = SSL_new(context);
    if (!ssl) return NULL;
    if (SSL_set_fd(ssl, descriptor) != 1) {
        SSL_free(ssl);
        return NULL;
    }
    SSL_set_accept_state(ssl);
    return ssl;
}

/// A count, 0 at the orderly end, -EAGAIN when an event must be waited for, or another negative
/// errno when the connection is beyond use.
static inline ssize_t ctls_outcome(SSL *ssl, int result) {
    if (result > 0) return result;
    switch (SSL_get_error(ssl, result)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_WANT_WRITE: return -EAGAIN;
        case SSL_ERROR_ZERO_RETURN: return 0;
        default: return -EIO;
    }
}

enum { CTLS_PLAIN_HTTP = -EPROTO };

/// Goes on with the handshake: positive once it is done, `CTLS_PLAIN_HTTP` when the peer speaks HTTP
/// in the clear.
static inline ssize_t ctls_shake_hands(SSL *ssl) {
    ERR_clear_error();
    ssize_t outcome = ctls_outcome(ssl, SSL_do_handshake(ssl));
    if (outcome == -EIO && ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_HTTP_REQUEST)
        return CTLS_PLAIN_HTTP;
    return outcome == 0 ? -EIO : outcome;
}

static inline ssize_t ctls_receive(SSL *ssl, void *bytes, size_t count) {
    ERR_clear_error();
    return ctls_outcome(ssl, SSL_read(ssl, bytes, count > INT_MAX ? INT_MAX : (int)count));
}

static inline ssize_t ctls_send(SSL *ssl, const void *bytes, size_t count) {
    if (count == 0) return 0;
    ERR_clear_error();
    ssize_t outcome =
        ctls_outcome(ssl, SSL_write(ssl, bytes, count > INT_MAX ? INT_MAX : (int)count));
    return outcome == 0 ? -EIO : outcome;
}

/// Says that nothing follows; -EAGAIN when that has to wait.
static inline ssize_t ctls_finish(SSL *ssl) {
    ERR_clear_error();
    int result = SSL_shutdown(ssl);
    return result >= 0 ? 1 : ctls_outcome(ssl, result);
}

#pragma once

// libcurl's own checks of argument types are macros around its variadic functions; the wrappers
// below have the types in their signatures.
#define CURL_DISABLE_TYPECHECK

#include <curl/curl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

// Swift cannot call variadic functions: one wrapper for each type of argument.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_large(CURL *easy, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl copies the text.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl keeps the pointer, not what it points to.
static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return curl_easy_setopt(easy, option, value);
}

/// libcurl keeps the list: it must outlive the transfer.
static inline CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(easy, option, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

static inline long ccurl_info_long(CURL *easy, CURLINFO info) {
    long value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline curl_off_t ccurl_info_large(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    curl_easy_getinfo(easy, info, &value);
    return value;
}

static inline void *ccurl_private(CURL *easy) {
    void *value = NULL;
    curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&value);
    return value;
}

/// What libcurl calls back during a transfer, each with `context` as its pointer.
struct ccurl_callbacks {
    curl_write_callback header;
    curl_write_callback body;
    curl_read_callback read;
    curl_seek_callback seek;
    curl_opensocket_callback open_socket;
    curl_resolver_start_callback resolver_start;
};

static inline void ccurl_set_callbacks(
    CURL *easy, const struct ccurl_callbacks *callbacks, void *context) {
    curl_easy_setopt(easy, CURLOPT_PRIVATE, context);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callbacks->header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callbacks->body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, callbacks->read);
    curl_easy_setopt(easy, CURLOPT_READDATA, context);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, callbacks->seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, context);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, callbacks->open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, context);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, callbacks->resolver_start);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, context);
}

/// Copies the IP address that is about to be connected to: 4 or 16 bytes in network order, or 0
/// when it is of another family.
static inline size_t ccurl_address(const struct curl_sockaddr *to, uint8_t bytes[16]) {
    if (to->family == AF_INET && to->addrlen >= sizeof(struct sockaddr_in)) {
        struct sockaddr_in address;
        memcpy(&address, &to->addr, sizeof address);
        memcpy(bytes, &address.sin_addr, 4);
        return 4;
    }
    if (to->family == AF_INET6 && to->addrlen >= sizeof(struct sockaddr_in6)) {
        struct sockaddr_in6 address;
        memcpy(&address, (const void *)&to->addr, sizeof address);
        memcpy(bytes, &address.sin6_addr, 16);
        return 16;
    }
    return 0;
}

/// The socket that libcurl would have opened itself, but not inherited by other programs.
static inline curl_socket_t ccurl_open_socket(const struct curl_sockaddr *to) {
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/// OpenSSL writes to its sockets without MSG_NOSIGNAL.
static inline void ccurl_block_sigpipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

#define _GNU_SOURCE
#include "CEpoll.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <unistd.h>

static int or_errno(int result) { return result < 0 ? -errno : result; }

int cepoll_create(void) { return or_errno(epoll_create1(EPOLL_CLOEXEC)); }

int cepoll_wakeup_create(void) { return or_errno(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)); }

int cepoll_wakeup_signal(int wakeup) { return or_errno(eventfd_write(wakeup, 1)); }

static int watch(int epoll, int descriptor, uint64_t token, uint32_t events) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return or_errno(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

int cepoll_watch_connection(int epoll, int descriptor, uint64_t token) {
    return watch(epoll, descriptor, token, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

int cepoll_watch_wakeup(int epoll, int descriptor, uint64_t token) {
    return watch(epoll, descriptor, token, EPOLLIN | EPOLLET);
}

int cepoll_watch_listener(int epoll, int descriptor, uint64_t token) {
    return watch(epoll, descriptor, token, EPOLLIN);
}

int cepoll_unwatch(int epoll, int descriptor) {
    return or_errno(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

int cepoll_wait(int epoll, struct cepoll_event *events, int milliseconds) {
    struct epoll_event raw[CEPOLL_EVENTS_MAX];
    int count = epoll_wait(epoll, raw, CEPOLL_EVENTS_MAX, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int index = 0; index < count; index++) {
        events[index].token = raw[index].data.u64;
        events[index].happened = raw[index].events;
    }
    return count;
}

int cepoll_listen(const struct sockaddr_storage *address, socklen_t length, int backlog) {
    int one = 1;
    int failure;
    int descriptor = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    // Accepted sockets inherit it; answers leave in one piece, so waiting to join small ones
    // could only delay them.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (address->ss_family == AF_INET6)
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(descriptor, (const struct sockaddr *)address, length) == 0 &&
        listen(descriptor, backlog) == 0)
        return descriptor;
    failure = errno;
    close(descriptor);
    return -failure;
}

int cepoll_port(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) < 0) return -errno;
    if (address.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&address)->sin6_port);
    return ntohs(((struct sockaddr_in *)&address)->sin_port);
}

int cepoll_accept(int listener, struct cepoll_address *peer) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int descriptor = accept4(
        listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) return -errno;
    peer->count = 0;
    if (address.ss_family == AF_INET6) {
        peer->count = 16;
        memcpy(peer->bytes, &((struct sockaddr_in6 *)&address)->sin6_addr, 16);
    } else if (address.ss_family == AF_INET) {
        peer->count = 4;
        memcpy(peer->bytes, &((struct sockaddr_in *)&address)->sin_addr, 4);
    }
    return descriptor;
}

static ssize_t count_or_errno(ssize_t result) { return result < 0 ? -errno : result; }

ssize_t cepoll_receive(int descriptor, void *bytes, size_t count) {
    ssize_t result;
    do result = recv(descriptor, bytes, count, 0);
    while (result < 0 && errno == EINTR);
    return count_or_errno(result);
}

ssize_t cepoll_send(int descriptor, const void *bytes, size_t count, int more) {
    ssize_t result;
    do result = send(descriptor, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    while (result < 0 && errno == EINTR);
    return count_or_errno(result);
}

ssize_t cepoll_send3(
    int descriptor, const void *first, size_t first_count, const void *second, size_t second_count,
    const void *third, size_t third_count) {
    struct iovec parts[3] = {
        {(void *)first, first_count}, {(void *)second, second_count}, {(void *)third, third_count}};
    struct msghdr message;
    ssize_t result;
    memset(&message, 0, sizeof message);
    message.msg_iov = parts;
    message.msg_iovlen = 3;
    do result = sendmsg(descriptor, &message, MSG_NOSIGNAL);
    while (result < 0 && errno == EINTR);
    return count_or_errno(result);
}

ssize_t cepoll_send_file(int descriptor, int file, int64_t offset, size_t count) {
    off_t position = offset;
    ssize_t result;
    do result = sendfile(descriptor, file, &position, count);
    while (result < 0 && errno == EINTR);
    return count_or_errno(result);
}

void cepoll_block_sigpipe(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

void cepoll_reset(int descriptor) {
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

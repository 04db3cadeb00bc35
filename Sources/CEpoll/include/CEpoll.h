#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/types.h>

// What Swift's Glibc module lacks, and socket calls that answer a negative errno in place of -1,
// so that a caller needs no second look-up of a thread-local.

/// One thing that happened to a registered descriptor.
struct cepoll_event {
    uint64_t token;
    uint32_t happened;
};

/// An address without its port, in network order.
struct cepoll_address {
    uint8_t bytes[16];
    int count;
};

enum {
    CEPOLL_READABLE = EPOLLIN,
    CEPOLL_WRITABLE = EPOLLOUT,
    CEPOLL_PEER_CLOSED = EPOLLRDHUP,
    CEPOLL_BROKEN = EPOLLERR | EPOLLHUP,
};

/// The most events that one wait reports.
enum { CEPOLL_EVENTS_MAX = 256 };

int cepoll_create(void);
int cepoll_wakeup_create(void);
int cepoll_wakeup_signal(int wakeup);

/// Watches a connection for everything, edge triggered, once for its whole life.
int cepoll_watch_connection(int epoll, int descriptor, uint64_t token);
/// Watches an eventfd for signals, edge triggered: it never has to be read.
int cepoll_watch_wakeup(int epoll, int descriptor, uint64_t token);
/// Watches a listening socket, level triggered: what one turn leaves waits for the next.
int cepoll_watch_listener(int epoll, int descriptor, uint64_t token);
int cepoll_unwatch(int epoll, int descriptor);

/// Waits up to `milliseconds` (-1: for ever); interruptions count as nothing having happened.
int cepoll_wait(int epoll, struct cepoll_event *events, int milliseconds);

/// A listening, non-blocking TCP socket on a numeric address, or a negative errno.
int cepoll_listen(const struct sockaddr_storage *address, socklen_t length, int backlog);
/// The port that a socket is bound to, or a negative errno.
int cepoll_port(int descriptor);
/// Accepts one connection, non-blocking, and writes the peer's address: 4 or 16 bytes in network
/// order, or none.
int cepoll_accept(int listener, struct cepoll_address *peer);

ssize_t cepoll_receive(int descriptor, void *bytes, size_t count);
ssize_t cepoll_send(int descriptor, const void *bytes, size_t count, int more);
/// Sends three runs of bytes as one.
ssize_t cepoll_send3(
    int descriptor, const void *first, size_t first_count, const void *second, size_t second_count,
    const void *third, size_t third_count);
/// Sends from a file without passing through user space. May raise SIGPIPE: keep it blocked.
ssize_t cepoll_send_file(int descriptor, int file, int64_t offset, size_t count);
void cepoll_block_sigpipe(void);
/// Ends a connection so that the peer sees a reset, not an orderly end.
void cepoll_reset(int descriptor);

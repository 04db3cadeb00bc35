import Glibc

/// What threads hand each other: first in, first out, with threads that sleep while it is empty.
///
/// `Lock` cannot wait for a condition, so this is the one other place with a pthread mutex.
@safe public final class WorkQueue<Item>: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var items: [Item] = []
    private var taken = 0
    private var closed = false

    public init() {
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(filled, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(filled)
        unsafe pthread_mutex_destroy(mutex)
        unsafe filled.deallocate()
        unsafe mutex.deallocate()
    }

    /// Items not yet taken.
    public var count: Int {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return items.count - taken
    }

    /// Adds `item` unless `limit` items wait already, or the queue is closed; says whether it did.
    public func append(limit: Int = .max, _ item: Item) -> Bool {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        guard !closed, items.count - taken < limit else { return false }
        items.append(item)
        unsafe pthread_cond_signal(filled)
        return true
    }

    /// Sleeps until there is an item, and takes the oldest; nil once closed and empty.
    public func waitForOne() -> Item? {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while taken == items.count {
            if closed { return nil }
            unsafe pthread_cond_wait(filled, mutex)
        }
        let item = items[taken]
        taken += 1
        // The taken prefix is dropped now and then, not one by one: each item moves once at most.
        if taken == items.count {
            items.removeAll(keepingCapacity: true)
            taken = 0
        } else if taken > 1024, taken * 2 > items.count {
            items.removeSubrange(..<taken)
            taken = 0
        }
        return item
    }

    /// Sleeps until there is an item, and takes up to `limit` of the oldest; empty once closed.
    public func waitForMany(limit: Int = .max) -> [Item] {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while taken == items.count {
            if closed { return [] }
            unsafe pthread_cond_wait(filled, mutex)
        }
        let end = min(items.count, taken + min(limit, items.count))
        let many = Array(items[taken..<end])
        if end == items.count {
            items.removeAll(keepingCapacity: true)
            taken = 0
        } else {
            items.removeSubrange(..<end)
            taken = 0
        }
        return many
    }

    /// Takes no more; what waits is still handed out.
    public func close() {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        closed = true
        unsafe pthread_cond_broadcast(filled)
    }
}

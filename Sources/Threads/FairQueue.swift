import Glibc

/// Work that waits for a thread: each owner's in the order it came, the owners in turn, and short work
/// apart from long.
///
/// `longMax` pieces of long work run at once, which leaves threads for short work alone. Where there is
/// both, they take turns, so that neither waits for the end of the other. Sleeping on a condition, it
/// has a pthread mutex as `WorkQueue` has.
@safe final class FairQueue: @unchecked Sendable {
    typealias Work = @Sendable () -> Void

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let limit: Int
    private let longMax: Int
    private var short = Turns()
    private var long = Turns()
    private var longRunning = 0
    private var isLongsTurn = false
    private var countByOwner: [WorkShare.Owner: Int] = [:]

    /// Up to `limit` pieces wait.
    init(limit: Int, longMax: Int) {
        self.limit = limit
        self.longMax = longMax
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(changed, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(changed)
        unsafe pthread_mutex_destroy(mutex)
        unsafe changed.deallocate()
        unsafe mutex.deallocate()
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Pieces that wait.
    var count: Int { locked { short.count + long.count } }

    /// Adds `work`, or says that there is no place. An owner may have as many places as it leaves free
    /// for others: one alone half of them, each of two a third.
    func append(_ work: @escaping Work, _ share: WorkShare) -> Bool {
        locked {
            let free = limit - short.count - long.count
            guard free > 0 else { return false }
            if let owner = share.owner {
                let own = countByOwner[owner, default: 0]
                guard own == 0 || own < free else { return false }
                countByOwner[owner] = own + 1
            }
            if share.isShort {
                short.append(work, of: share.owner)
            } else {
                long.append(work, of: share.owner)
            }
            unsafe pthread_cond_signal(changed)
            return true
        }
    }

    /// Sleeps until there is work, does the next piece, and returns.
    func workOnce() {
        let (work, isLong) = take()
        work()
        guard isLong else { return }
        locked {
            longRunning -= 1
            unsafe pthread_cond_signal(changed)
        }
    }

    private func take() -> (Work, isLong: Bool) {
        locked {
            while true {
                let mayTakeLong = longRunning < longMax && long.count > 0
                if mayTakeLong, isLongsTurn || short.count == 0, let next = long.next() {
                    isLongsTurn = false
                    longRunning += 1
                    leave(next.owner)
                    return (next.work, true)
                }
                if let next = short.next() {
                    isLongsTurn = true
                    leave(next.owner)
                    return (next.work, false)
                }
                unsafe pthread_cond_wait(changed, mutex)
            }
        }
    }

    private func leave(_ owner: WorkShare.Owner?) {
        guard let owner, let own = countByOwner[owner] else { return }
        countByOwner[owner] = own == 1 ? nil : own - 1
    }
}

/// Work by owner, handed out to one owner after the other.
private struct Turns {
    private(set) var count = 0
    private var owners = Line<WorkShare.Owner?>()
    private var work: [WorkShare.Owner?: Line<FairQueue.Work>] = [:]

    mutating func append(_ piece: @escaping FairQueue.Work, of owner: WorkShare.Owner?) {
        count += 1
        if work[owner] == nil { owners.append(owner) }
        work[owner, default: Line()].append(piece)
    }

    mutating func next() -> (work: FairQueue.Work, owner: WorkShare.Owner?)? {
        guard let owner = owners.next(), let piece = work[owner]?.next() else { return nil }
        count -= 1
        if work[owner]?.isEmpty == true { work[owner] = nil } else { owners.append(owner) }
        return (piece, owner)
    }
}

/// First in, first out; each element moves once at most.
private struct Line<Element> {
    private var elements: [Element?] = []
    private var taken = 0

    var isEmpty: Bool { taken == elements.count }

    mutating func append(_ element: Element) { elements.append(element) }

    mutating func next() -> Element? {
        guard taken < elements.count else { return nil }
        let element = elements[taken]
        elements[taken] = nil
        taken += 1
        if taken == elements.count || taken > 1024 && taken * 2 > elements.count {
            elements.removeSubrange(..<taken)
            taken = 0
        }
        return element
    }
}

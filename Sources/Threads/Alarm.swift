import Glibc

/// A nap that another thread can end.
@safe public final class Alarm: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let rung = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private var ringing = false

    public init() {
        unsafe pthread_mutex_init(mutex, nil)
        var monotonic = pthread_condattr_t()
        unsafe pthread_condattr_init(&monotonic)
        // A clock that is set back must not lengthen a nap.
        unsafe pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC)
        unsafe pthread_cond_init(rung, &monotonic)
        unsafe pthread_condattr_destroy(&monotonic)
    }

    deinit {
        unsafe pthread_cond_destroy(rung)
        unsafe pthread_mutex_destroy(mutex)
        unsafe rung.deallocate()
        unsafe mutex.deallocate()
    }

    /// Ends the nap under way, or else the next one.
    public func ring() {
        unsafe pthread_mutex_lock(mutex)
        ringing = true
        unsafe pthread_cond_signal(rung)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Sleeps for `duration`, or without end when nil; true when it was rung awake.
    @discardableResult
    public func nap(for duration: Duration? = nil) -> Bool {
        var end = timespec()
        if let duration {
            unsafe clock_gettime(CLOCK_MONOTONIC, &end)
            let (seconds, attoseconds) = duration.components
            end.tv_nsec += Int(attoseconds / 1_000_000_000)
            end.tv_sec += Int(seconds) + end.tv_nsec / 1_000_000_000
            end.tv_nsec %= 1_000_000_000
        }
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while !ringing {
            if duration == nil {
                unsafe pthread_cond_wait(rung, mutex)
            } else if unsafe pthread_cond_timedwait(rung, mutex, &end) != 0 {
                break
            }
        }
        defer { ringing = false }
        return ringing
    }
}

import CMalloc

/// How the C library keeps memory.
enum Allocator {
    /// Keeps what was freed for the next picture instead of giving it back to the system at once.
    ///
    /// Codecs take and free buffers of some hundred kilobytes. By default each comes from a mapping
    /// of its own, and every thread of the process is interrupted when one goes; that cost more
    /// than the coding of a small picture.
    static func keepFreedMemory() {
        // The largest threshold that glibc accepts is 32 MiB: a 4K picture may still come and go.
        cmalloc_set_thresholds(16 * 1024 * 1024, 64 * 1024 * 1024)
    }
}

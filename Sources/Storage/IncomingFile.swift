import Threads
public import Units

/// A file on its way: written piece by piece, then kept under its name, or abandoned.
///
/// One writer at a time. Whoever begins a file ends it, whatever happens.
public struct IncomingFile: Sendable {
    /// What it will be called when it is kept.
    public let name: StoredName
    private let shard: Descriptor
    private let file: Descriptor
    private let store: ImageStore

    init(name: StoredName, shard: Descriptor, file: Descriptor, store: ImageStore) {
        self.name = name
        self.shard = shard
        self.file = file
        self.store = store
    }

    /// Writes the next piece.
    public func write(_ piece: [UInt8]) async throws {
        if piece.isEmpty { return }
        try await store.pool.run { [file] in try file.write(piece) }
    }

    /// Gives it its name, dated `written`; returns once a power cut could no longer take it.
    ///
    /// When this throws there is nothing left to abandon.
    public func keep(written: Timestamp) async throws -> StoredName {
        try await store.pool.run { [self] in
            do throws(StoreFailure) {
                try file.date(written)
            } catch {
                // The failure that matters is the first; what stays behind is swept at a start.
                try? store.abandon(name)
                throw error
            }
            try store.keep(file, as: name, in: shard)
            return name
        }
    }

    /// Removes what was written of it.
    public func abandon() async throws {
        try await store.pool.run { [self] in try store.abandon(name) }
    }
}

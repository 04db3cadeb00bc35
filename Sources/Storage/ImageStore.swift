import Glibc
public import Threads
public import Units

/// Where pictures are kept: a directory. What is in it never changes, it only comes and goes.
///
/// File work waits for the disk, so it runs on a pool; when the pool's queue is full, a call throws
/// `WorkerPool.PoolFull` at once.
public struct ImageStore: Sendable {
    private let root: Descriptor
    private let incoming: Descriptor
    private let shards: Shards
    let pool: WorkerPool

    /// A file that has been on its way for so long was left by a program that died: a put takes
    /// milliseconds, and another server may be writing into the same directory right now.
    private static let leftoverAge = Duration.seconds(600)
    private static let incomingName = "incoming"

    /// The store in `directory`, which is made if it is missing.
    ///
    /// Throws `StoreFailure` when it cannot be made or written. Sweeps away what dead programs left.
    public init(directory: String, pool: WorkerPool, clock: Clock = .system) throws {
        self.pool = pool
        try Self.makeDirectories(directory)
        let flags = O_RDONLY | O_DIRECTORY
        root = try Descriptor(directory, flags: flags, action: "opening its directory")
        try root.makeDirectory(Self.incomingName)
        incoming = try Descriptor(
            Self.incomingName, in: root, flags: flags, action: "opening its directory")
        try root.sync()
        shards = Shards(root: root)
        try checkWriting()
        _ = try sweep(before: clock.now - Self.leftoverAge)
    }

    /// Keeps `bytes` under a new name, and returns once a power cut could no longer take them.
    ///
    /// A picture is under its name whole or not at all, whatever crashes. Throws `StoreFailure` when
    /// the disk is full or failing; nothing is left behind then.
    public func put(_ bytes: [UInt8], extension: String) async throws -> StoredName {
        try await pool.run {
            let (name, shard) = try newName(extension: `extension`)
            let file = try makeFile(name.text)
            do throws(StoreFailure) {
                try file.write(bytes)
            } catch {
                // The failure that matters is the first; what stays behind is swept at the next start.
                _ = try? incoming.removeFile(name.text)
                throw error
            }
            try keep(file, as: name, in: shard)
            return name
        }
    }

    /// A new file to be written piece by piece; under its name only once it is kept.
    public func begin(extension: String) async throws -> IncomingFile {
        try await pool.run {
            let (name, shard) = try newName(extension: `extension`)
            return IncomingFile(
                name: name, shard: shard, file: try makeFile(name.text), store: self)
        }
    }

    /// A second name for the bytes of `name`, to be removed on its own; nil when there are none.
    public func link(_ name: StoredName, extension: String) async throws -> StoredName? {
        try await pool.run {
            let (second, shard) = try newName(extension: `extension`)
            guard try root.link(shards.path(of: name), to: second.text, in: shard) else {
                return nil
            }
            try shard.sync()
            return second
        }
    }

    /// The picture called `name`, open for reading; nil when there is none.
    public func open(_ name: StoredName) async throws -> StoredImage? {
        try await pool.run {
            let path = shards.path(of: name)
            let number = unsafe openat(root.number, path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
            guard number >= 0 else {
                if errno == ENOENT { return nil }
                throw StoreFailure("opening a picture", path: path)
            }
            var status = stat()
            guard unsafe fstat(number, &status) == 0 else {
                let failure = StoreFailure("reading a picture's size", path: path)
                close(number)
                throw failure
            }
            return StoredImage(
                descriptor: number, byteCount: Int64(status.st_size), etag: "\"\(name.stem)\"",
                modified: Timestamp(seconds: Int64(status.st_mtim.tv_sec)))
        }
    }

    /// The bytes of the picture called `name`; nil when there is none.
    public func read(_ name: StoredName) async throws -> [UInt8]? {
        try await read(name) { $0 }
    }

    /// What `work` makes of the bytes of `name`, on the store's pool; nil when there are none.
    public func read<Value: Sendable>(
        _ name: StoredName, _ share: WorkShare = .own,
        _ work: @escaping @Sendable ([UInt8]) throws -> Value
    ) async throws -> Value? {
        try await pool.run(share) { try root.readFile(shards.path(of: name)).map(work) }
    }

    /// Bytes that can still be written, as the file system tells. Asks it anew: it costs microseconds.
    public func freeBytes() throws -> Int64 {
        var status = statvfs()
        guard unsafe fstatvfs(root.number, &status) == 0 else {
            throw StoreFailure("asking for free space", path: "the store")
        }
        return Int64(clamping: status.f_bavail) * Int64(clamping: status.f_frsize)
    }

    /// Runs what belongs to file work but touches no file, such as a look at bytes in memory.
    public func work<Value: Sendable>(
        _ share: WorkShare = .own, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await pool.run(share, body)
    }

    /// Forgets the picture called `name` for good. That there is none is no failure.
    public func remove(_ name: StoredName) async throws {
        try await pool.run {
            guard try root.removeFile(shards.path(of: name)) else { return }
            try shards.open(name.shard).sync()
        }
    }

    /// Removes `names` without waiting for the disk: a power cut may bring them back.
    public func drop(_ names: [StoredName]) async throws {
        if names.isEmpty { return }
        try await pool.run {
            for name in names { try root.removeFile(shards.path(of: name)) }
        }
    }

    /// Removes every file that was last written, named or linked before `cutoff`; says how many.
    ///
    /// For a store whose pictures have an end: it walks all of it, a directory at a time so that
    /// other file work gets its turn.
    public func removeOlder(than cutoff: Timestamp) async throws -> Int {
        var count = try await pool.run { try sweep(before: cutoff) }
        for letter in StoredName.letters {
            count += try await pool.run { try shards.removeOlder(than: cutoff, under: letter) }
        }
        return count
    }

    /// Throws `StoreFailure` unless a picture could be written now.
    public func check() async throws {
        try await pool.run { try checkWriting() }
    }

    /// What a trial writes: as much as a picture, for a quota may leave room for a few bytes.
    private static let trialBytes = 1 << 20

    /// Throws `StoreFailure` unless a picture of usual size could be written now.
    func tryWriting() async throws {
        try await pool.run {
            try checkWriting([UInt8](repeating: 0, count: Self.trialBytes))
        }
    }

    private func newName(extension: String) throws(StoreFailure) -> (StoredName, Descriptor) {
        let shard = try shards.current()
        var generator = SystemRandomNumberGenerator()
        let name = StoredName(shard: shard.letters, extension: `extension`, using: &generator)
        return (name, shard.descriptor)
    }

    private func makeFile(_ name: String) throws(StoreFailure) -> Descriptor {
        try Descriptor(
            name, in: incoming, flags: O_WRONLY | O_CREAT | O_EXCL, action: "making a file")
    }

    /// Written beside, synced, then renamed: the name appears with the whole picture behind it.
    func keep(
        _ file: Descriptor, as name: StoredName, in shard: Descriptor
    ) throws(StoreFailure) {
        do throws(StoreFailure) {
            try file.sync()
            try incoming.move(name.text, to: shard)
        } catch {
            // The failure that matters is the first; what stays behind is swept at the next start.
            _ = try? incoming.removeFile(name.text)
            throw error
        }
        do throws(StoreFailure) {
            try shard.sync()
        } catch {
            // As above: nobody ever learns this name.
            _ = try? shard.removeFile(name.text)
            throw error
        }
    }

    /// Removes what was written of a file that will not be kept.
    func abandon(_ name: StoredName) throws(StoreFailure) {
        try incoming.removeFile(name.text)
    }

    private func checkWriting(
        _ bytes: [UInt8] = Array("A store that can be written.".utf8)
    ) throws(StoreFailure) {
        var generator = SystemRandomNumberGenerator()
        let name = "check-" + StoredName.random(12, using: &generator)
        let file = try makeFile(name)
        // A failure to write says enough; what stays behind is swept at the next start.
        defer { _ = try? incoming.removeFile(name) }
        try file.write(bytes)
    }

    /// Removes what was begun and not written on since `cutoff`; says how many files that were.
    private func sweep(before cutoff: Timestamp) throws(StoreFailure) -> Int {
        var count = 0
        for name in try incoming.names() {
            guard let status = try incoming.status(of: name), status.isFile,
                status.written < cutoff
            else { continue }
            if try incoming.removeFile(name) { count += 1 }
        }
        return count
    }

    private static func makeDirectories(_ path: String) throws(StoreFailure) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += part + "/"
            guard unsafe mkdir(made, 0o750) == 0 || errno == EEXIST else {
                throw StoreFailure("making its directory", path: made)
            }
        }
    }
}

/// A kept picture, open. Whoever gets it closes `descriptor`; a response with it does so itself.
public struct StoredImage: Sendable {
    public let descriptor: Int32
    public let byteCount: Int64
    /// A strong entity tag with its quotes: a name's picture never changes.
    public let etag: String
    public let modified: Timestamp

    /// For whoever opened it in vain.
    public func close() { _ = Glibc.close(descriptor) }
}

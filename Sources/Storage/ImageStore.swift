import Glibc
public import Threads
public import Units

/// Where pictures are kept: a directory. What is in it never changes, it only comes and goes.
///
/// File work waits for the disk, so it runs on a pool; when the pool's queue is full, a call throws
/// `WorkerPool.PoolFull` at once.
public struct ImageStore: Sendable {
    private let directory: String
    private let root: Descriptor
    private let incoming: Descriptor
    private let shards: Shards
    private let pool: WorkerPool

    /// A file that has been on its way for so long was left by a program that died: a put takes
    /// milliseconds, and another server may be writing into the same directory right now.
    private static let leftoverAge = Duration.seconds(600)
    private static let incomingName = "incoming"

    /// The store in `directory`, which is made if it is missing.
    ///
    /// Throws `StoreFailure` when it cannot be made or written. Sweeps away what dead programs left.
    public init(directory: String, pool: WorkerPool, clock: Clock = .system) throws {
        self.directory = directory
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
        try sweep(now: clock.now)
    }

    /// Keeps `bytes` under a new name, and returns once a power cut could no longer take them.
    ///
    /// A picture is under its name whole or not at all, whatever crashes. Throws `StoreFailure` when
    /// the disk is full or failing; nothing is left behind then.
    public func put(_ bytes: [UInt8], extension: String) async throws -> StoredName {
        try await pool.run {
            let shard = try shards.current()
            var generator = SystemRandomNumberGenerator()
            let name = StoredName(
                shard: shard.letters, extension: `extension`, using: &generator)
            try write(bytes, as: name, in: shard.descriptor)
            return name
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
        try await pool.run { try root.readFile(shards.path(of: name)) }
    }

    /// Forgets the picture called `name` for good. That there is none is no failure.
    public func remove(_ name: StoredName) async throws {
        try await pool.run {
            guard try root.removeFile(shards.path(of: name)) else { return }
            try shards.open(name.shard).sync()
        }
    }

    /// Throws `StoreFailure` unless a picture could be written now.
    public func check() async throws {
        try await pool.run { try checkWriting() }
    }

    /// Written beside, synced, then renamed: the name appears with the whole picture behind it.
    private func write(
        _ bytes: [UInt8], as name: StoredName, in shard: Descriptor
    ) throws(StoreFailure) {
        let flags = O_WRONLY | O_CREAT | O_EXCL
        let file = try Descriptor(
            name.text, in: incoming, flags: flags, action: "making a file")
        do throws(StoreFailure) {
            try file.write(bytes)
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

    private func checkWriting() throws(StoreFailure) {
        var generator = SystemRandomNumberGenerator()
        let name = "check-" + StoredName.random(12, using: &generator)
        let flags = O_WRONLY | O_CREAT | O_EXCL
        let file = try Descriptor(name, in: incoming, flags: flags, action: "making a file")
        // A failure to write says enough; what stays behind is swept at the next start.
        defer { _ = try? incoming.removeFile(name) }
        try file.write(Array("A store that can be written.".utf8))
    }

    private func sweep(now: Timestamp) throws(StoreFailure) {
        let path = "\(directory)/\(Self.incomingName)"
        guard let listing = unsafe opendir(path) else {
            throw StoreFailure("listing what was left", path: path)
        }
        defer { unsafe closedir(listing) }
        while let entry = unsafe readdir(listing) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { text in
                unsafe String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
            }
            var status = stat()
            guard unsafe fstatat(incoming.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0,
                status.st_mode & S_IFMT == S_IFREG,
                now - Timestamp(seconds: Int64(status.st_mtim.tv_sec)) > Self.leftoverAge
            else { continue }
            try incoming.removeFile(name)
        }
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
}

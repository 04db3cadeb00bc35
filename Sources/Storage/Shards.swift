import Glibc
import Threads
import Units

/// The directories of the store, `k/7` for the names that begin with `k7`: 3844 of them keep each
/// one short, at ten million pictures still.
///
/// New names go to one directory for a while: syncing the same directory again is cheap, and the
/// file system joins the syncs of several threads into one.
final class Shards: Sendable {
    /// One of the directories, open.
    struct Shard: Sendable {
        let letters: String
        let descriptor: Descriptor
    }

    private struct Current {
        var shard: Shard?
        var putsLeft = 0
    }

    /// Puts into one directory before the next is drawn.
    private static let putsMax = 1024

    private let root: Descriptor
    private let latest = Lock(Current())

    init(root: Descriptor) {
        self.root = root
    }

    /// Where a picture lies, from the root.
    func path(of name: StoredName) -> String {
        "\(Self.path(of: name.shard))/\(name.text)"
    }

    private static func path(of letters: String) -> String {
        "\(letters.prefix(1))/\(letters.suffix(1))"
    }

    /// The directory for a new name.
    func current() throws(StoreFailure) -> Shard {
        let kept: Shard? = latest.withLock { current in
            current.putsLeft -= 1
            return current.putsLeft > 0 ? current.shard : nil
        }
        if let kept { return kept }
        // Outside the lock, for it waits for the disk. Two threads may both draw one: no harm.
        var generator = SystemRandomNumberGenerator()
        let letters = StoredName.shard(using: &generator)
        let shard = Shard(letters: letters, descriptor: try make(letters))
        latest.withLock { $0 = Current(shard: shard, putsLeft: Self.putsMax) }
        return shard
    }

    /// The existing directory of `letters`.
    func open(_ letters: String) throws(StoreFailure) -> Descriptor {
        try Descriptor(
            Self.path(of: letters), in: root, flags: O_RDONLY | O_DIRECTORY,
            action: "opening a directory")
    }

    /// Removes what was last touched before `cutoff` in the directories under `letter`; says how
    /// many files that were.
    func removeOlder(than cutoff: Timestamp, under letter: String) throws(StoreFailure) -> Int {
        guard let upper = try directory(letter, in: root) else { return 0 }
        var count = 0
        for name in try upper.names() {
            guard let shard = try directory(name, in: upper) else { continue }
            for file in try shard.names() {
                guard let status = try shard.status(of: file), status.isFile,
                    status.touched < cutoff
                else { continue }
                if try shard.removeFile(file) { count += 1 }
            }
        }
        return count
    }

    /// The directory `name` in `parent`; nil when there is none.
    private func directory(
        _ name: String, in parent: Descriptor
    ) throws(StoreFailure) -> Descriptor? {
        do throws(StoreFailure) {
            return try Descriptor(
                name, in: parent, flags: O_RDONLY | O_DIRECTORY | O_NOFOLLOW,
                action: "opening a directory")
        } catch {
            guard error.code == ENOENT || error.code == ENOTDIR else { throw error }
            return nil
        }
    }

    private func make(_ letters: String) throws(StoreFailure) -> Descriptor {
        let upper = String(letters.prefix(1))
        for path in [upper, Self.path(of: letters)] {
            try root.makeDirectory(path)
        }
        // A new directory is an entry of its parent, which must survive as well.
        try root.sync()
        try Descriptor(
            upper, in: root, flags: O_RDONLY | O_DIRECTORY, action: "opening a directory"
        ).sync()
        return try open(letters)
    }
}

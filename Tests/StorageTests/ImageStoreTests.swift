import Glibc
import Storage
import Testing
import Threads
import Units

private let pool = WorkerPool(name: "store-test", threads: 4, queueMax: 1000)

/// Runs `body` with the path of a new directory, which is gone afterwards.
private func withDirectory(_ body: (String) async throws -> Void) async throws {
    var template = Array("/tmp/atelier-store-XXXXXX".utf8CString)
    let path = unsafe template.withUnsafeMutableBufferPointer { text in
        unsafe text.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
    }
    let directory = try #require(path)
    defer { removeTree(directory) }
    try await body(directory)
}

/// The files below `directory`, from there.
private func files(in directory: String, from prefix: String = "") -> [String] {
    guard let listing = unsafe opendir(directory + "/" + prefix) else { return [] }
    defer { unsafe closedir(listing) }
    var found: [String] = []
    while let entry = unsafe readdir(listing) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { text in
            unsafe String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
        }
        guard name != ".", name != ".." else { continue }
        var status = stat()
        unsafe lstat("\(directory)/\(prefix)\(name)", &status)
        if status.st_mode & S_IFMT == S_IFDIR {
            found += files(in: directory, from: "\(prefix)\(name)/")
        } else {
            found.append(prefix + name)
        }
    }
    return found.sorted()
}

private func removeTree(_ directory: String) {
    for file in files(in: directory) { unsafe unlink("\(directory)/\(file)") }
    guard let listing = unsafe opendir(directory) else { return }
    var inner: [String] = []
    while let entry = unsafe readdir(listing) {
        let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { text in
            unsafe String(cString: UnsafeRawPointer(text).assumingMemoryBound(to: CChar.self))
        }
        if name != ".", name != ".." { inner.append(name) }
    }
    unsafe closedir(listing)
    for name in inner { removeTree("\(directory)/\(name)") }
    unsafe rmdir(directory)
}

private func place(_ file: String, age: Int = 0) {
    let number = unsafe Glibc.open(file, O_WRONLY | O_CREAT, 0o600)
    unsafe write(number, "half a pic", 10)
    let past = timespec(tv_sec: time(nil) - age, tv_nsec: 0)
    unsafe _ = futimens(number, [past, past])
    close(number)
}

private func content(of image: StoredImage) -> [UInt8] {
    defer { close(image.descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(image.byteCount) + 1)
    let count = unsafe bytes.withUnsafeMutableBytes {
        unsafe read(image.descriptor, $0.baseAddress, $0.count)
    }
    return Array(bytes.prefix(max(0, count)))
}

@Suite struct ImageStoreTests {
    @Test func whatIsPutComesBack() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let name = try await store.put(bytes, extension: "webp")
            #expect(name.text.hasSuffix(".webp"))
            let image = try #require(try await store.open(name))
            #expect(image.byteCount == 10_000)
            #expect(image.etag == "\"\(name.text.dropLast(5))\"")
            #expect(abs(image.modified.seconds - Int64(time(nil))) < 60)
            #expect(content(of: image) == bytes)
        }
    }

    @Test func anotherStoreOnTheSameDirectoryFindsIt() async throws {
        try await withDirectory { directory in
            let name = try await ImageStore(directory: directory, pool: pool)
                .put([1, 2, 3], extension: "png")
            let later = try ImageStore(directory: directory, pool: pool)
            #expect(content(of: try #require(try await later.open(name))) == [1, 2, 3])
        }
    }

    @Test func manyPutsAtOnceAreAllKept() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let names = try await withThrowingTaskGroup(of: StoredName.self) { group in
                for index in 0..<64 {
                    group.addTask {
                        try await store.put([UInt8](repeating: 7, count: index), extension: "png")
                    }
                }
                return try await group.reduce(into: Set<StoredName>()) { $0.insert($1) }
            }
            #expect(names.count == 64)
            #expect(files(in: directory).count == 64)
        }
    }

    @Test func whatIsRemovedIsGone() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let name = try await store.put([1], extension: "png")
            try await store.remove(name)
            #expect(try await store.open(name) == nil)
            try await store.remove(name)
            #expect(files(in: directory) == [])
        }
    }

    @Test func aCheckLeavesNothingBehind() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            try await store.check()
            #expect(files(in: directory) == [])
        }
    }

    @Test func leftoversAreSweptAtStartAndFilesOnTheirWayAreNot() async throws {
        try await withDirectory { directory in
            let name = try await ImageStore(directory: directory, pool: pool)
                .put([1], extension: "png")
            place("\(directory)/incoming/dead", age: 700)
            place("\(directory)/incoming/alive", age: 5)
            _ = try ImageStore(directory: directory, pool: pool)
            let shard = name.text.prefix(2)
            let kept = "\(shard.prefix(1))/\(shard.suffix(1))/\(name.text)"
            #expect(files(in: directory) == [kept, "incoming/alive"].sorted())
        }
    }

    @Test func aPictureOnItsWayHasNoNameYet() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            // What a crash between writing and naming leaves.
            let text = "k7" + String(repeating: "a", count: 22) + ".png"
            place("\(directory)/incoming/\(text)")
            #expect(try await store.open(try #require(StoredName(text))) == nil)
        }
    }

    @Test func aPutThatFailsLeavesNothingBehind() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let first = try await store.put([1], extension: "png")
            // Its directory goes: the next picture can be written, but not named.
            let shard = "\(directory)/\(first.text.prefix(1))"
            removeTree(shard)
            await #expect(throws: StoreFailure.self) {
                try await store.put([2], extension: "png")
            }
            #expect(files(in: directory) == [])
        }
    }

    @Test func aDirectoryThatCannotBeWrittenIsRefusedWithASentence() throws {
        #expect {
            try ImageStore(directory: "/proc/atelier", pool: pool)
        } throws: { error in
            "\(error)".contains("/proc/atelier") && error is StoreFailure
        }
    }

    @Test func aFileWrittenInPiecesHasItsNameOnceItIsKept() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let file = try await store.begin(extension: "part")
            try await file.write([1, 2])
            try await file.write([])
            try await file.write([3])
            #expect(try await store.open(file.name) == nil)
            let name = try await file.keep(written: Timestamp(seconds: 1_000_000))
            let image = try #require(try await store.open(name))
            #expect(image.modified == Timestamp(seconds: 1_000_000))
            #expect(content(of: image) == [1, 2, 3])
        }
    }

    @Test func anAbandonedFileLeavesNothingBehind() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let file = try await store.begin(extension: "part")
            try await file.write([1, 2])
            try await file.abandon()
            #expect(files(in: directory) == [])
        }
    }

    @Test func aSecondNameOutlivesTheFirst() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let first = try await store.put([1, 2], extension: "part")
            let second = try #require(try await store.link(first, extension: "png"))
            try await store.drop([first])
            #expect(try await store.read(first) == nil)
            #expect(try await store.read(second) == [1, 2])
            #expect(second.text.hasSuffix(".png"))
            #expect(try await store.link(first, extension: "png") == nil)
        }
    }

    @Test func whatIsOldIsRemovedAndWhatWasLinkedSinceIsNot() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let now = Timestamp(seconds: Int64(time(nil)))
            let file = try await store.begin(extension: "part")
            try await file.write([1])
            // Written long ago; named just now.
            let old = try await file.keep(written: now - .seconds(100_000))
            _ = try await store.begin(extension: "part").write([2])
            #expect(try await store.removeOlder(than: now - .seconds(60)) == 0)
            #expect(try await store.read(old) == [1])
            #expect(try await store.removeOlder(than: now + .seconds(60)) == 2)
            #expect(files(in: directory) == [])
        }
    }

    @Test func aLinkIsNotFollowed() async throws {
        try await withDirectory { directory in
            let store = try ImageStore(directory: directory, pool: pool)
            let name = try await store.put([1], extension: "png")
            let path =
                "\(directory)/\(name.text.prefix(1))/\(name.text.prefix(2).suffix(1))/\(name)"
            unsafe unlink(path)
            unsafe symlink("/etc/passwd", path)
            await #expect(throws: StoreFailure.self) { try await store.open(name) }
        }
    }
}

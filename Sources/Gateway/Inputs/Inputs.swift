public import Log
import Pictures
public import Storage
import Signing
public import Threads
public import Units

/// The pictures that requests start from: brought here, checked, and kept until they were used.
///
/// They lie in a store of their own; no table knows them. Whoever takes pictures discards them, and
/// what nobody discards is swept: a job may wait for a day, so nothing is older than a day and a bit.
public struct Inputs: Sendable {
    let store: ImageStore
    let fetcher: PictureFetcher
    /// What the URLs of uploads begin with.
    let uploadsURL: String
    let clock: Clock
    private let freeBytesMin: Int64
    private let log: Log

    /// Bytes of one picture.
    public static let bytesMax = 16 << 20
    /// Pictures of one request: sixteen and a mask.
    public static let picturesMax = 17
    /// How long an upload can be named in requests.
    public static let uploadsKept: Duration = .seconds(86_400)
    /// A job may wait for 24 hours; two more for it to run, and for clocks that differ.
    static let kept: Duration = .seconds(26 * 3600)
    private static let sweepPeriod: Duration = .seconds(3600)
    /// Enough for thousands of pictures.
    public static let freeBytesMin: Int64 = 1 << 30
    /// What a file is called in the store before anybody has looked at it.
    private static let unknownExtension = "part"

    static let limits = PictureLimits(
        bytesMax: bytesMax, sideMax: 8192, pixelsMax: 64_000_000)

    /// `store` is for inputs alone: what is old in it is removed. `publicURL` has no slash at its
    /// end.
    ///
    /// `freeBytesMin` of the disk are left to pictures that are made: below it nothing is taken in.
    public init(
        store: ImageStore, fetcher: PictureFetcher, publicURL: String,
        freeBytesMin: Int64 = Inputs.freeBytesMin, clock: Clock, log: Log
    ) {
        self.freeBytesMin = freeBytesMin
        self.store = store
        self.fetcher = fetcher
        uploadsURL = "\(publicURL)/u/"
        self.clock = clock
        self.log = log
    }

    /// Begins a file for a part of a request's body.
    public func spool() async throws -> Spool {
        try checkSpace()
        return Spool(try await store.begin(extension: Self.unknownExtension), clock)
    }

    /// Refuses what comes in while the disk is nearly full: uploads cost nothing, and must not take the
    /// place of pictures that are paid for.
    func checkSpace() throws {
        guard try store.freeBytes() < freeBytesMin else { return }
        log(.error, "the disk is nearly full: no input pictures are taken")
        throw Refusal(
            .overloaded, "The server cannot take pictures at the moment.",
            retryAfter: .seconds(60))
    }

    /// Forgets parts of a body, taken or not: pictures taken from them stay.
    public func discard(_ files: [SpooledFile]) async {
        await drop(files.map(\.name))
    }

    /// Forgets pictures that were taken.
    public func discard(_ pictures: [InputPicture]) async {
        await drop(pictures.map(\.name))
    }

    /// What stands for a part's content where requests are compared.
    public func digest(of file: SpooledFile) async throws -> [UInt8] {
        try await present(store.read(file.name) { SHA256.digest($0) })
    }

    /// Checks the pictures asked for and makes each the caller's own, in order: all of them, or none.
    ///
    /// Only for a caller whose key is known: URLs are called for it.
    ///
    /// `owner` is among whom the threads that look at pictures are shared out.
    public func take(
        _ asked: [AskedPicture], of owner: WorkShare.Owner? = nil
    ) async throws -> [InputPicture] {
        if let extra = asked.dropFirst(Self.picturesMax).first {
            throw Refusal(
                .invalidValue,
                "A request takes up to \(Self.picturesMax) input pictures, not \(asked.count).",
                field: extra.field)
        }
        var taken: [InputPicture] = []
        do {
            for picture in asked { taken.append(try await take(picture, owner)) }
        } catch {
            await discard(taken)
            throw error
        }
        return taken
    }

    /// The bytes of a picture that was taken.
    public func read(_ picture: InputPicture) async throws -> [UInt8] {
        try await present(store.read(picture.name))
    }

    /// A picture that can be named by its URL for a day.
    public struct Upload: Sendable {
        public let picture: InputPicture
        public let url: String
        public let expiresAt: Timestamp
    }

    /// Checks a part of a body and gives it a URL.
    public func upload(_ file: SpooledFile, field: String) async throws -> Upload {
        let now = clock.now
        let picture = try await take(.init(.spooled(file), field: field), nil)
        return Upload(
            picture: picture, url: uploadsURL + picture.name.text,
            expiresAt: now + Self.uploadsKept)
    }

    /// An upload, open for reading; nil when there is none, or no longer.
    public func open(_ name: StoredName) async throws -> StoredImage? {
        guard let image = try await store.open(name) else { return nil }
        guard isCurrent(image.modified) else {
            image.close()
            return nil
        }
        return image
    }

    /// Removes what nobody can use any more, every hour until cancelled.
    public func run() async {
        while !Task.isCancelled {
            do {
                try await sweep()
            } catch {
                log(.error, "inputs not swept", ["error": "\(error)"])
            }
            // A cancelled sleep is how this loop is told to stop.
            try? await Task.sleep(for: Self.sweepPeriod)
        }
    }

    /// Removes what is older than anything that can still be used; says how many files that were.
    @discardableResult
    func sweep() async throws -> Int {
        try await store.removeOlder(than: clock.now - Self.kept)
    }

    private func isCurrent(_ written: Timestamp) -> Bool {
        clock.now - written < Self.uploadsKept
    }

    private func drop(_ names: [StoredName]) async {
        // What could not be removed now is swept in a day.
        try? await store.drop(names)
    }
}

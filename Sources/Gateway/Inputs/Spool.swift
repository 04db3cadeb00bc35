import Storage
import Units

/// A part of a body on its way to the disk, written piece by piece.
///
/// Whoever begins one keeps or abandons it, whatever happens.
public struct Spool: Sendable {
    private let file: IncomingFile
    private let clock: Clock
    /// Bytes written so far.
    public private(set) var byteCount = 0

    init(_ file: IncomingFile, _ clock: Clock) {
        self.file = file
        self.clock = clock
    }

    /// Writes the next piece. Throws `TooLarge` once it is more than a picture may have.
    public mutating func write(_ piece: [UInt8]) async throws {
        byteCount += piece.count
        guard byteCount <= Inputs.bytesMax else { throw TooLarge() }
        try await file.write(piece)
    }

    /// The file holds more than any picture may.
    public struct TooLarge: Error {}

    /// Keeps it under a name that nobody is told.
    public func keep() async throws -> SpooledFile {
        SpooledFile(name: try await file.keep(written: clock.now), byteCount: byteCount)
    }

    /// Forgets it.
    public func abandon() async {
        // What stays behind is swept.
        try? await file.abandon()
    }
}

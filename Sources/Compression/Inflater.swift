import CZlib

/// Reads what was compressed as `gzip` (RFC 1952) or `deflate` (RFC 9110, section 8.4.1.2), piece by
/// piece, with a bound on what may come of it.
///
/// `deflate` is zlib's form (RFC 1950); the bare form (RFC 1951), which some clients send under that
/// name, is told apart by the first two bytes. Not safe for use by two at once.
@safe public final class Inflater {
    public enum Coding: String, CaseIterable, Sendable {
        case gzip, deflate
    }

    /// Why it cannot be read on; the words follow "its coding …".
    public struct Failure: Error, Hashable, Sendable {
        public let words: String
    }

    /// How many times larger than what was sent the outcome may be, once it is past `ratioFreeBytes`.
    /// Texts become some 10 times smaller, base64 of a picture of one colour up to 300 times; what is
    /// made to swell reaches 1000.
    package static let ratioMax = 400
    private static let ratioFreeBytes = 64 * 1024
    /// Members that a gzip may have: each takes time, however little it holds.
    private static let membersMax = 64
    /// What comes of one step at most: as much as a piece of a body has.
    private static let stepBytes = 64 * 1024

    private let coding: Coding
    private var stream = unsafe z_stream()
    private var isBegun = false
    /// Whether the last member has come to its end.
    private var isEnded = false
    /// Whether zlib may hold more than there was room for.
    private var isFull = false
    private var members = 1
    private var bytesIn = 0
    private var bytesOut = 0
    /// What was fed and is not read yet, from `position` on.
    private var input: [UInt8] = []
    private var position = 0

    public init(_ coding: Coding) { self.coding = coding }

    deinit {
        if isBegun { unsafe inflateEnd(&stream) }
    }

    /// Takes the next bytes that were sent.
    public func feed(_ bytes: [UInt8]) {
        bytesIn += bytes.count
        input = position == input.count ? bytes : input[position...] + bytes
        position = 0
    }

    /// The next piece of what comes of the bytes that were fed; nil when it takes more of them.
    public func next() throws(Failure) -> [UInt8]? {
        // Two bytes tell which form it is.
        guard isBegun || input.count >= 2 else { return nil }
        if !isBegun { try begin() }
        while position < input.count || isFull {
            if isEnded { try beginNextMember() }
            let piece = try step()
            if !piece.isEmpty { return piece }
        }
        return nil
    }

    /// Refuses what was cut short, once all was fed and read.
    public func finish() throws(Failure) {
        guard isEnded else { throw Failure(words: "is cut short") }
    }

    private func begin() throws(Failure) {
        // RFC 1950: a multiple of 31 that names method 8.
        let isZlib = input[0] & 0x0F == 8 && (Int(input[0]) << 8 | Int(input[1])) % 31 == 0
        let window: Int32 =
            switch coding {
            case .gzip: 15 + 16
            case .deflate: isZlib ? 15 : -15
            }
        let begun = unsafe inflateInit2_(
            &stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        guard begun == Z_OK else { throw Failure(words: "cannot be read now") }
        isBegun = true
    }

    /// After the end of a gzip member another may follow; anything else is no part of it.
    private func beginNextMember() throws(Failure) {
        guard coding == .gzip, input[position] == 0x1F, members < Self.membersMax,
            unsafe inflateReset(&stream) == Z_OK
        else { throw Failure(words: "goes on after its end") }
        members += 1
        isEnded = false
    }

    private func step() throws(Failure) -> [UInt8] {
        let count = input.count - position
        var taken = 0
        var outcome: Int32 = Z_OK
        let piece = unsafe [UInt8](unsafeUninitializedCapacity: Self.stepBytes) { room, made in
            unsafe input.withUnsafeMutableBufferPointer { source in
                unsafe stream.next_in = source.baseAddress.map { unsafe $0 + position }
                unsafe stream.avail_in = UInt32(count)
                unsafe stream.next_out = room.baseAddress
                unsafe stream.avail_out = UInt32(Self.stepBytes)
                outcome = unsafe inflate(&stream, Z_NO_FLUSH)
                taken = unsafe count - Int(stream.avail_in)
                made = unsafe Self.stepBytes - Int(stream.avail_out)
                unsafe stream.next_in = nil
                unsafe stream.next_out = nil
            }
        }
        // Nothing to do is no damage: it was full, and had no more.
        let isIdle = outcome == Z_BUF_ERROR && count == 0
        guard outcome == Z_OK || outcome == Z_STREAM_END || isIdle else {
            throw Failure(words: "is damaged")
        }
        position += taken
        bytesOut += piece.count
        isFull = piece.count == Self.stepBytes && outcome == Z_OK
        isEnded = outcome == Z_STREAM_END
        guard bytesOut <= Self.ratioFreeBytes || bytesOut / Self.ratioMax <= bytesIn else {
            throw Failure(words: "swells to more than \(Self.ratioMax) times what was sent")
        }
        return piece
    }
}

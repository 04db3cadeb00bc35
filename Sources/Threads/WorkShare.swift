/// Whose work it is, and how much: what a pool's threads are shared out by.
public struct WorkShare: Hashable, Sendable {
    /// An account, or another of those among whom threads are shared out.
    public struct Owner: Hashable, Sendable {
        private let high: UInt64
        private let low: UInt64

        public init(high: UInt64, low: UInt64) {
            self.high = high
            self.low = low
        }
    }

    /// Nil for the server itself, which is trusted to leave room.
    public let owner: Owner?
    /// About how much it is, in pixels.
    public let pixels: Int

    public init(owner: Owner?, pixels: Int) {
        self.owner = owner
        self.pixels = pixels
    }

    /// The server's own: a file to be written, a text to be put together.
    public static let own = WorkShare(owner: nil, pixels: 0)

    /// A picture of up to 1024 × 1024 pixels is short work: tens of milliseconds. One of the largest
    /// takes a hundred times as long.
    private static let shortPixelsMax = 1 << 20

    /// Whether it is over in a moment, so that it must not wait behind what is not.
    var isShort: Bool { pixels <= Self.shortPixelsMax }
}

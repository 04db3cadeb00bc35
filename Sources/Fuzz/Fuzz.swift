import Glibc
import HTTPServer

/// Feeds arbitrary bytes to the request decoder, and stops the process where a promise breaks.
///
/// `Sources/Fuzz/run` builds it with libFuzzer, which finds the bytes; built plainly, it replays
/// the files it is given, such as the ones that libFuzzer has left behind.
enum Fuzz {
    /// Decodes `bytes` whole, one by one, and in pieces whose size the bytes themselves choose.
    static func check(_ bytes: [UInt8]) {
        let whole = Reading(bytes, piece: bytes.count)
        precondition(whole == Reading(bytes, piece: 1), "byte by byte reads otherwise")
        let piece = Int(bytes.first ?? 0) % 37 + 2
        precondition(whole == Reading(bytes, piece: piece), "pieces of \(piece) read otherwise")
    }

    /// What the decoder made of some bytes, however they were cut.
    private struct Reading: Equatable {
        private var heads: [String] = []
        private var body: [UInt8] = []
        /// Where each body ended in `body`.
        private var ends: [Int] = []
        private var refusal: String?

        init(_ bytes: [UInt8], piece: Int) {
            var decoder = Decoder(bounds: Decoder.Bounds())
            var waiting: [UInt8] = []
            var start = 0
            while start < bytes.count, refusal == nil {
                let end = min(bytes.count, start + max(1, piece))
                waiting += bytes[start..<end]
                start = end
                take(&decoder, &waiting)
            }
        }

        private mutating func take(_ decoder: inout Decoder, _ waiting: inout [UInt8]) {
            var used = 0
            while refusal == nil {
                let before = used
                let left = decoder.remainingBytes
                switch decoder.next(waiting.span, used: &used) {
                case .needMore:
                    waiting.removeSubrange(..<used)
                    return
                case .head(let head):
                    precondition(used > before, "a head without bytes")
                    heads.append("\(head)")
                case .body(let count):
                    precondition(count > 0 && count <= used - before, "a body without bytes")
                    precondition(left.map { count <= $0 } ?? true, "more body than declared")
                    body += waiting[used - count..<used]
                case .end: ends.append(body.count)
                case .refused(let failure): refusal = "\(failure)"
                }
                precondition(used <= waiting.count, "more bytes used than given")
            }
        }
    }
}

#if FUZZING
/// libFuzzer's loop: calls `check` with one input after the other, and does not return.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ check: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

/// The name under which libFuzzer's own `main` asks for it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOne(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    unsafe Fuzz.check(Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

@main extension Fuzz {
    // The package manager makes this the program's `main` in place of libFuzzer's.
    static func main() {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        unsafe exit(runDriver(&count, &arguments, fuzzOne))
    }
}
#else
@main extension Fuzz {
    static func main() {
        for path in CommandLine.arguments.dropFirst() {
            guard let file = unsafe fopen(path, "r") else {
                print("cannot open \(path)")
                exit(1)
            }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = unsafe fread(&bytes, 1, bytes.count, file)
            unsafe fclose(file)
            check(Array(bytes[..<count]))
        }
    }
}
#endif

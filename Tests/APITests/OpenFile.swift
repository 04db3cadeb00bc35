import Glibc
import Testing

/// What a response body of a file comes to.
enum OpenFile {
    static func read(_ descriptor: Int32, _ offset: Int64, _ count: Int64) -> [UInt8] {
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let got = unsafe pread(descriptor, &bytes, bytes.count, Int(offset))
        #expect(got == bytes.count)
        return bytes
    }
}

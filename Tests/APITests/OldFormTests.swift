import FoundationEssentials
import GatewaySupport
import HTTP
import Pictures
import Signing
import Testing
import Units

/// Forms as older clients write them.
@Suite struct OldFormTests {
    private func post(
        _ caller: Caller, charset: String?, filename: [UInt8]
    ) async throws -> Answer {
        let acme = try await caller.gateway.customer(mode: .test)
        let picture = try Picture.encode(
            Bitmap(
                size: PixelSize(width: 16, height: 16),
                pixels: [UInt8](repeating: 90, count: 1024)), as: .png)
        func field(_ name: String, _ value: String) -> [UInt8] {
            Array(
                "--b\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
        }
        var body = charset.map { field("_charset_", $0) } ?? []
        body += field("model", "test/test") + field("prompt", "snow")
        body += Array("--b\r\nContent-Disposition: form-data; name=\"image\"; filename=\"".utf8)
        body += filename + Array("\"\r\nContent-Type: image/png\r\n\r\n".utf8) + picture
        body += Array("\r\n--b--\r\n".utf8)
        return try await caller.send(
            "POST", "/v1/images/edits",
            [
                "Authorization": "Bearer \(acme.text.secret.reveal())",
                "Content-Type": "multipart/form-data; boundary=b",
            ], body: body)
    }

    @Test(arguments: [
        Array("fuchs.png".utf8), Array("füchse.png".utf8), [0x66, 0xFC, 0x63, 0x68, 0x73],
        [0x82, 0xA0, 0x2E, 0x70], [0xFF, 0xFE],
    ])
    func aFileMayBeNamedInAnyBytes(filename: [UInt8]) async throws {
        try await Caller.with { caller in
            let answer = try await post(caller, charset: nil, filename: filename)
            #expect(answer.status == 200, "\(answer.text)")
        }
    }

    @Test func theEncodingOfTextsMayBeSaid() async throws {
        try await Caller.with { caller in
            for charset in ["UTF-8", "utf-8", "us-ascii"] {
                let answer = try await post(caller, charset: charset, filename: [0x61])
                #expect(answer.status == 200, "\(answer.text)")
            }
            let answer = try await post(caller, charset: "shift_jis", filename: [0x61])
            #expect(answer.status == 400 && answer.text.contains("_charset_"))
        }
    }
}

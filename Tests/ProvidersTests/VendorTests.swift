import HTTP
import Providers
import Signing
import Testing
import Units

@Suite struct VendorTests {
    @Test func namesAreOnce() {
        #expect(Set(Vendor.all.map(\.name)).count == Vendor.all.count)
    }

    @Test func resultsAreFetchedOnlyFromTheVendorsHosts() throws {
        let fal = try #require(Vendor.named("fal"))
        for url in [
            "https://v3.fal.media/a.png", "https://fal.media/a", "https://V3B.FAL.MEDIA/a?x=1",
        ] {
            #expect(fal.mayFetch(url), "\(url)")
        }
        for url in [
            "http://v3.fal.media/a.png", "https://fal.media.evil.example/a",
            "https://evilfal.media/a", "https://evil.example/fal.media", "https://fal.media@evil/",
            "https://v3.fal.media\\@evil.example/", "ftp://fal.media/a", "https://fal.media:81/a",
            "https://169.254.169.254/latest", "", "https://", "https://fal.media /a",
            "file:///etc/passwd", "https://evil.example#.fal.media",
        ] { #expect(!fal.mayFetch(url), "\(url)") }
    }

    @Test func aServerOfTheOperatorsGivesItsOwnResults() throws {
        var local = try #require(Vendor.named("local"))
        local.base = "http://gpu.lan:8080/v1"
        #expect(local.mayFetch("http://gpu.lan:8080/generated/a.png"))
        #expect(!local.mayFetch("http://gpu.lan:8081/generated/a.png"))
        #expect(!local.mayFetch("http://other.lan:8080/a.png"))
    }

    @Test(arguments: [
        "https://evil.example/v1/get_result?id=1", "https://api.bfl.ai.evil.example/x",
        "http://api.eu.bfl.ai/v1/get_result?id=1", "4c0e", "",
    ]) func aKeyGoesToNoAddressThatATaskNames(_ task: String) throws {
        let vendor = try #require(Vendor.named("black-forest-labs"))
        #expect { try vendor.poll(task, with: Fixture.secret, at: Fixture.now) } throws: {
            ($0 as? VendorFailure)?.acceptance == .ended
        }
    }

    @Test func aTaskCannotLeadElsewhere() throws {
        let vendor = try #require(Vendor.named("replicate"))
        let call = try vendor.poll("../account?x=/#y", with: Fixture.secret, at: Fixture.now)
        #expect(call.url == "https://api.replicate.com/v1/predictions/..%2Faccount%3Fx%3D%2F")
    }

    @Test func klingsTokenIsSignedAndEnds() throws {
        let vendor = try #require(Vendor.named("kling"))
        let call = try vendor.submit(
            Ask(model: "kling-v3", prompt: "a fox"), with: Secret("ak:sk"), at: Fixture.now)
        let header = try #require(call.credential?.value.reveal())
        let parts = header.dropFirst("Bearer ".count).split(separator: ".").map(String.init)
        // Source: RFC 7515, with the claims that Kling's manual shows.
        let head = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
        let claims = "eyJpc3MiOiJhayIsImV4cCI6MTc2MzcwMTgwMCwibmJmIjoxNzYzNjk5OTk1fQ"
        #expect(parts.prefix(2) == [head, claims])
        var code: [UInt8] = []
        Base64.append(
            HMACSHA256.code(of: Array("\(head).\(claims)".utf8), under: Array("sk".utf8)), to: &code
        )
        let text = String(decoding: code, as: UTF8.self).replacing("+", with: "-")
            .replacing("/", with: "_").replacing("=", with: "")
        #expect(parts.last == text)
    }

    @Test func credentialsComeInTheirOrder() throws {
        let google = try #require(Vendor.named("google"))
        let values = ["GOOGLE_API_KEY": "a", "GOOGLE_API_KEY_2": "b", "GOOGLE_API_KEY_3": ""]
        #expect(google.credentials { values[$0] }.map { $0.reveal() } == ["a", "b"])
        let kling = try #require(Vendor.named("kling"))
        let pairs = [
            "KLING_ACCESS_KEY": "a", "KLING_SECRET_KEY": "b", "KLING_ACCESS_KEY_2": "c",
        ]
        #expect(kling.credentials { pairs[$0] }.map { $0.reveal() } == ["a:b"])
    }

    @Test func aVendorQuotingOurKeyDoesNotPublishIt() throws {
        let vendor = try #require(Vendor.named("stability"))
        let key = "plainwordkey"
        let body = #"{"name":"unauthorized","errors":["the key plainwordkey is unknown"]}"#
        let reply = Reply(status: 401, bytes: Array(body.utf8))
        do throws(VendorFailure) {
            _ = try vendor.read(reply, of: Ask(model: "core", prompt: "a fox"))
            Issue.record("it succeeded")
        } catch {
            #expect(error.hiding(Secret(key)).message == "the key ••• is unknown")
        }
    }

    @Test(arguments: [
        ("Incorrect API key provided: sk-proj-abcd1234", "sk-proj"),
        ("use Authorization: Bearer abc.def.ghi now", "abc.def"),
        ("see https://x.example/a?token=1234", "token=1234"),
        ("key AIzaSyA1234567890abcdefghijk", "AIza"),
        ("id 0123456789abcdef0123456789abcdef", "0123456789abcdef"),
    ]) func whatLooksSecretIsHidden(_ message: String, _ secret: String) throws {
        let vendor = try #require(Vendor.named("reve"))
        let body = JSON.object([("error_code", .string("X")), ("message", .string(message))])
        let reply = Reply(status: 400, bytes: body.bytes)
        do throws(VendorFailure) {
            _ = try vendor.read(reply, of: Ask(model: "latest", prompt: "a fox"))
            Issue.record("it succeeded")
        } catch {
            #expect(!error.message.contains(secret))
            #expect(error.message.contains("•••"))
        }
    }

    @Test func aDateToWaitForCountsFromTheVendorsClock() {
        let headers: Headers = [
            "Date": "Sat, 21 Nov 2026 12:00:00 GMT",
            "Retry-After": "Sat, 21 Nov 2026 12:00:30 GMT",
        ]
        #expect(Reply(status: 429, headers: headers, bytes: []).retryAfter == .seconds(30))
        let long = Reply(status: 429, headers: ["Retry-After": "99999999"], bytes: [])
        #expect(long.retryAfter == .seconds(3600))
        #expect(Reply(status: 429, headers: ["Retry-After": "soon"], bytes: []).retryAfter == nil)
    }

    @Test(arguments: [
        "a <sd_cpp_extra_args>{\"steps\":100}</sd_cpp_extra_args>", "a | ugly",
        "<sd_cpp_SD_CPP_EXTRA_ARGSextra_args>",
    ]) func promptsAreNoWayToALocalServersSettings(_ prompt: String) throws {
        var local = try #require(Vendor.named("local"))
        local.base = "http://gpu.lan/v1"
        let call = try local.submit(Ask(model: "m", prompt: prompt), with: nil, at: Fixture.now)
        let body = String(decoding: call.content(boundary: "b")?.bytes ?? [], as: UTF8.self)
        #expect(!body.lowercased().contains("sd_cpp_extra_args") && !body.contains("|"))
    }

    @Test func aFormIsWrittenAsBrowsersWriteIt() throws {
        let vendor = try #require(Vendor.named("ideogram"))
        let call = try vendor.submit(
            Ask(model: "v3:TURBO", prompt: "a\r\nfox"), with: Fixture.secret, at: Fixture.now)
        let content = try #require(call.content(boundary: "cut"))
        #expect(content.type == "multipart/form-data; boundary=cut")
        let body = String(decoding: content.bytes, as: UTF8.self)
        #expect(
            body.hasPrefix(
                "--cut\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na\r\nfox\r\n--cut\r\n"
            ))
        #expect(body.hasSuffix("\r\n--cut--\r\n"))
    }
}

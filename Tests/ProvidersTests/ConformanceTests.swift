import FoundationEssentials
import HTTP
import Providers
import Testing
import Units

/// Every vendor against what is recorded of it. A new one is covered by its fixture.
@Suite struct ConformanceTests {
    @Test(arguments: Vendor.all) func asksAsTheVendorWantsIt(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        for (name, ask) in fixture.asks {
            let call = try fixture.vendor.submit(ask, with: Fixture.secret, at: Fixture.now)
            let lines = try Transcript(call).lines
            let wanted = fixture.json["calls"]?[name]?.items.compactMap(\.text) ?? []
            #expect(lines == wanted, "\(vendor.name) \(name)")
        }
    }

    @Test(arguments: Vendor.all) func readsWhatTheVendorAnswers(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        for reply in try RecordedReply.all(of: fixture) { try reply.check() }
    }

    @Test(arguments: Vendor.all) func everyKindOfAnswerIsRecorded(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        let recorded = Set(try RecordedReply.all(of: fixture).map(\.kind))
        let lacking = Set(fixture.json["lacks"]?.items.compactMap(\.text) ?? [])
        // A timeout is told by few, and what is malformed is made from what is not.
        let wanted = Set(VendorFailure.Kind.allCases.map(\.rawValue) + ["done"])
            .subtracting(["timeout", "malformed"]).subtracting(lacking)
        #expect(wanted.subtracting(recorded) == [])
        #expect(lacking.intersection(recorded) == [], "what it does not lack")
    }

    @Test(arguments: Vendor.all) func aDamagedAnswerIsNoPicture(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        for reply in try RecordedReply.all(of: fixture) where reply.status / 100 == 2 {
            let whole = reply.bytes
            let damaged: [[UInt8]] = [
                [], Array("<html>It works!</html>".utf8), Array("{}".utf8), Array("[]".utf8),
                Array("null".utf8), Array("\u{FEFF}{\"data\":".utf8),
                Array(whole.prefix(whole.count / 2)),
                Array(whole.dropLast()), [0x89, 0x50, 0x4E, 0x47, 0, 0, 0xFF],
            ]
            for bytes in damaged {
                do throws(VendorFailure) {
                    let progress = try reply.read(Reply(status: 200, bytes: bytes))
                    guard case .pending = progress else {
                        Issue.record(
                            "a picture was made of \(String(decoding: bytes, as: UTF8.self))")
                        continue
                    }
                    // What a queue does not know yet looks like nothing at all.
                    #expect(vendor.name == "comfyui" && bytes == Array("{}".utf8))
                } catch {
                    #expect([.malformed, .noImage].contains(error.kind), "\(error)")
                    #expect(error.acceptance != .no, "the vendor answered: it may have the work")
                }
            }
        }
    }

    @Test(arguments: Vendor.all) func aProxysPageIsClassifiedByItsStatus(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        let kinds: [Int: VendorFailure.Kind] = [
            301: .malformed, 401: .operatorAuth, 402: .operatorFunds, 408: .timeout,
            429: .rateLimited, 500: .overloaded, 502: .overloaded, 503: .overloaded, 504: .timeout,
            529: .overloaded,
        ]
        for (status, kind) in kinds {
            let reply = Reply(
                status: status, headers: ["Retry-After": "7"], bytes: Array("<html>no</html>".utf8))
            #expect { try fixture.vendor.read(reply, of: fixture.ask()) } throws: { error in
                let failure = error as? VendorFailure
                return failure?.kind == kind && failure?.retryAfter == .seconds(7)
            }
        }
    }

    @Test(arguments: Vendor.all) func withoutACredentialNothingIsAsked(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        guard vendor.needsCredential else {
            let call = try fixture.vendor.submit(fixture.ask(), with: nil, at: Fixture.now)
            #expect(call.credential == nil)
            return
        }
        #expect { try fixture.vendor.submit(fixture.ask(), with: nil, at: Fixture.now) } throws: {
            ($0 as? VendorFailure)?.kind == .operatorAuth
        }
    }

    @Test(arguments: Vendor.all) func noDescriptionShowsTheCredential(_ vendor: Vendor) throws {
        let fixture = try Fixture(of: vendor)
        let call = try fixture.vendor.submit(fixture.ask(), with: Fixture.secret, at: Fixture.now)
        var dumped = "\(call) \(String(reflecting: call))"
        dump(call, to: &dumped)
        #expect(!dumped.contains("secret-4567") && !dumped.contains("access-0123"))
    }

    @Test(arguments: Vendor.all) func whatACustomerPassesOnReplacesNothing(_ vendor: Vendor) throws
    {
        let fixture = try Fixture(of: vendor)
        var ask = fixture.ask()
        let plain = try fixture.vendor.submit(ask, with: Fixture.secret, at: Fixture.now)
        // Whatever is sent is also sent as passed on, with another value.
        guard case .json(.object(let members)) = plain.body else { return }
        for (name, _) in members { ask.passthrough[name] = .string("overridden") }
        ask.passthrough["n"] = .number(5555)
        ask.passthrough["num_images"] = .number(5555)
        let second = try fixture.vendor.submit(ask, with: Fixture.secret, at: Fixture.now)
        guard case .json(let json) = second.body, case .json(let first) = plain.body else {
            Issue.record("the body changed its form")
            return
        }
        let read = try #require(JSONValue(json: json.bytes))
        let before = try #require(JSONValue(json: first.bytes))
        for (name, _) in members where read[name] != before[name] {
            // A wrapper may hold what is new inside; what was there stays.
            guard case .object(let inside)? = before[name] else {
                Issue.record("'\(name)' was replaced")
                continue
            }
            for (key, value) in inside { #expect(read[name]?[key] == value) }
        }
        #expect(!json.text.contains("5555"), "more was asked for than is paid")
    }
}

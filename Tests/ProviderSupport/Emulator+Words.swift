import FoundationEssentials
import HTTP
public import Providers
import Signing
import Units

/// What the vendor says, and whom it lets in.
extension Emulator {
    /// `json`, or what `behaviour` leaves of it.
    func json(_ json: JSONValue, _ behaviour: Behaviour) -> Response {
        let bytes = json.altered(by: behaviour).json.bytes
        let half = Array(bytes.prefix(bytes.count / 2))
        let headers: Headers = ["Content-Type": "application/json", "x-request-id": "req-emulated"]
        switch behaviour {
        case .truncated: return Response(.ok, headers: headers, body: .bytes(half))
        case .cut:
            return Response(
                .ok, headers: headers,
                body: .stream { writer in
                    try await writer.write(half)
                    throw Cut()
                })
        default: return Response(.ok, headers: headers, body: .bytes(bytes))
        }
    }

    private struct Cut: Error {}

    /// Two views of each picture, and then the picture; a cut one ends after the first.
    func events(_ result: Rules.Result, _ behaviour: Behaviour) -> Response {
        let headers: Headers = [
            "Content-Type": "text/event-stream", "x-request-id": "req-emulated",
        ]
        return Response(
            .ok, headers: headers,
            body: .stream { [rules] writer in
                for picture in result.pictures {
                    for index in 0..<2 {
                        try await writer.write(
                            Self.event(
                                "partial_image",
                                [
                                    "b64_json": .string(picture),
                                    "partial_image_index": .init(integerLiteral: index),
                                ]))
                        if behaviour == .cut { throw Cut() }
                    }
                    try await writer.write(
                        Self.event(
                            "completed",
                            JSONValue.object([
                                "b64_json": .string(picture),
                                "usage": rules.made(result)["usage"] ?? .null,
                            ]).altered(by: behaviour).members))
                }
            })
    }

    private static func event(_ name: String, _ members: [String: JSONValue]) -> [UInt8] {
        var members = members
        members["type"] = .string("image_generation.\(name)")
        let text = JSONValue.object(members).json.text
        return Array("event: image_generation.\(name)\ndata: \(text)\n\n".utf8)
    }

    var page: Response {
        Response(
            .ok, headers: ["Content-Type": "text/html"],
            body: .bytes(Array("<html><body>It works!</body></html>".utf8)))
    }

    /// The recorded answer of this kind; `inside` a success where it is one.
    func fail(
        _ kind: VendorFailure.Kind, of verb: String = "submit", inside: Bool = false,
        task: String = ""
    ) -> Response {
        let reply = recording(of: kind, verb: verb, inside: inside)
        guard let reply, let status = reply["status"]?.whole else {
            return Response(Status(599), body: .bytes(Array("nothing is recorded".utf8)))
        }
        var headers: Headers = ["Content-Type": "application/json"]
        if case .object(let fields)? = reply["headers"] {
            for (name, value) in fields { headers[name] = value.text }
        }
        var text = reply["body"]?.json.text ?? reply["text"]?.text ?? ""
        // The recorded task's name stands for the one at hand.
        if let name = reply["at"]?.text?.split(separator: "#").first {
            text.replace(name, with: task)
        }
        return Response(Status(status), headers: headers, body: .bytes(Array(text.utf8)))
    }

    func recording(of kind: VendorFailure.Kind, verb: String, inside: Bool) -> JSONValue? {
        (recordings["replies"]?.items ?? []).first { reply in
            reply["is"]?.text == kind.rawValue && reply["of"]?.text == verb
                && (!inside || reply["status"]?.whole == 200)
        }
    }

    /// Whether this kind of failure is recorded so.
    public func knows(_ kind: VendorFailure.Kind, of verb: String, inside: Bool) -> Bool {
        (recordings["replies"]?.items ?? []).contains { reply in
            reply["is"]?.text == kind.rawValue && reply["of"]?.text == verb
                && (inside ? reply["status"]?.whole == 200 : reply["status"]?.whole != 200)
        }
    }

    /// Whether it names a task rather than answering at once.
    public var hasTasks: Bool { rules.accepted != nil }

    /// Whether the credential is the right one, in the vendor's form.
    func admits(_ headers: Headers) -> Bool {
        let secret = Self.credential.reveal()
        switch rules.login {
        case .none: return true
        case .bearer: return headers["Authorization"] == "Bearer \(secret)"
        case .key: return headers["Authorization"] == "Key \(secret)"
        case .header(let name): return headers[name] == secret
        case .basic:
            var base64: [UInt8] = []
            Base64.append(Array(secret.utf8), to: &base64)
            return headers["Authorization"]
                == "Basic " + String(decoding: base64, as: UTF8.self)
        case .token: return admits(token: headers["Authorization"] ?? "")
        }
    }

    /// Kling's token: signed with the second part, and issued by the first.
    private func admits(token: String) -> Bool {
        let parts = token.dropFirst("Bearer ".count).split(separator: ".").map(String.init)
        let pair = Self.credential.reveal().split(separator: ":").map(String.init)
        guard token.hasPrefix("Bearer "), parts.count == 3 else { return false }
        let code = HMACSHA256.code(
            of: Array("\(parts[0]).\(parts[1])".utf8), under: Array(pair[1].utf8))
        guard Self.decoded(parts[2]) == code, let claims = JSONValue(json: Self.decoded(parts[1]))
        else { return false }
        guard let ends = claims["exp"]?.whole, let begins = claims["nbf"]?.whole else {
            return false
        }
        return claims["iss"]?.text == pair[0] && ends - begins <= 1805
    }

    private static func decoded(_ text: String) -> [UInt8] {
        var text = text.replacing("-", with: "+").replacing("_", with: "/")
        while text.utf8.count % 4 != 0 { text += "=" }
        return Data(base64Encoded: text).map(Array.init) ?? []
    }
}

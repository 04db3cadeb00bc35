import HTTP
import Pictures
import Providers
import Units

/// A request as an emulated vendor reads it: JSON or a form, members and files.
struct Submission: Sendable {
    let path: String
    let headers: Headers
    /// Of a form each text is a string; what lies in an object around all is taken out of it.
    private(set) var fields: [String: JSONValue] = [:]
    private(set) var files: [(name: String, bytes: [UInt8])] = []
    let isForm: Bool

    /// Nil when it is neither.
    init?(path: String, headers: Headers, body: [UInt8]) {
        (self.path, self.headers) = (path, headers)
        let type = headers["Content-Type"] ?? ""
        isForm = type.hasPrefix("multipart/form-data; boundary=")
        if isForm {
            let boundary = type.dropFirst("multipart/form-data; boundary=".count)
            guard read(form: body, boundary: Array("--\(boundary)".utf8)) else { return nil }
        } else {
            guard type == "application/json", case .object(let members)? = JSONValue(json: body)
            else { return nil }
            fields = members
        }
    }

    private mutating func read(form: [UInt8], boundary: [UInt8]) -> Bool {
        var rest = form[...]
        guard rest.starts(with: boundary) else { return false }
        rest = rest.dropFirst(boundary.count)
        while rest.starts(with: "\r\n".utf8) {
            guard let head = rest.firstRange(of: Array("\r\n\r\n".utf8)),
                let end = rest.firstRange(of: Array("\r\n".utf8) + boundary)
            else { return false }
            let lines = String(decoding: rest[..<head.lowerBound], as: UTF8.self)
            let value = Array(rest[head.upperBound..<max(head.upperBound, end.lowerBound)])
            guard let from = lines.firstRange(of: "name=\"")?.upperBound else { return false }
            let name = String(lines[from...].prefix { $0 != "\"" })
            if lines.contains("filename=") {
                files.append((name, value))
            } else {
                fields[name] = .string(String(decoding: value, as: UTF8.self))
            }
            rest = rest[end.upperBound...]
        }
        return rest.starts(with: "--\r\n".utf8)
    }

    /// Names of all that came.
    var names: Set<String> { Set(fields.keys).union(files.map(\.name)) }

    /// The first text under any of the names, however deep.
    func text(_ names: String...) -> String? { Self.text(.object(fields), names) }

    private static func text(_ json: JSONValue, _ names: [String]) -> String? {
        switch json {
        case .object(let members):
            for name in names { if let text = members[name]?.text { return text } }
            return members.sorted { $0.key < $1.key }.lazy.compactMap { text($0.value, names) }
                .first
        case .array(let items): return items.lazy.compactMap { text($0, names) }.first
        default: return nil
        }
    }

    /// How many pictures are asked for.
    var n: Int {
        for name in ["n", "num_images", "num_outputs", "batch_size", "samples"] {
            let inner = ["parameters", "input", "image_request"].compactMap { fields[$0]?[name] }
            for value in [fields[name]].compactMap(\.self) + inner {
                if let number = value.whole ?? value.text.flatMap({ Int($0) }) { return number }
            }
        }
        return 1
    }

    /// The pixels that are asked for; 64 × 64 where the vendor is told none.
    var size: PixelSize {
        func side(_ name: String) -> Int? {
            (fields[name] ?? fields["image_size"]?[name] ?? fields["input"]?[name])
                .flatMap { $0.whole ?? $0.text.flatMap { Int($0) } }
        }
        if let width = side("width"), let height = side("height") {
            return PixelSize(width: width, height: height)
        }
        let word = (fields["size"] ?? fields["parameters"]?["size"])?.text ?? ""
        let sides = word.split { $0 == "x" || $0 == "*" }.compactMap { Int($0) }
        guard sides.count == 2 else { return PixelSize(width: 64, height: 64) }
        return PixelSize(width: sides[0], height: sides[1])
    }
}

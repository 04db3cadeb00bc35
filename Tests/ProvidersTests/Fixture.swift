import FoundationEssentials
import HTTP
import Pictures
public import Providers
public import Testing
import Units

/// Files of the checkout that this test was compiled from.
enum Checkout {
    static func bytes(_ path: String) throws -> [UInt8] {
        let here = URL(filePath: #filePath).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return Array(try Data(contentsOf: root.appending(path: path)))
    }

    static func json(_ path: String) throws -> JSONValue {
        try #require(JSONValue(json: bytes(path)), "\(path) is JSON")
    }
}

/// What is known of one vendor's wire: what we send it, and recorded replies with what they mean.
struct Fixture: Sendable {
    let vendor: Vendor
    let json: JSONValue

    init(of vendor: Vendor) throws {
        json = try Checkout.json("Tests/Fixtures/providers/\(vendor.name).json")
        var vendor = vendor
        if let base = json["base"]?.text { vendor.base = base }
        self.vendor = vendor
    }

    static let now = Timestamp(seconds: 1_763_700_000)
    static let secret = Secret("access-0123:secret-4567")

    /// A picture of two pixels by two, and a mask that redraws its left half.
    static let picture = InputFile(
        bytes: encoded([255, 255, 255, 255]), format: .png, size: PixelSize(width: 2, height: 2))
    static let mask = InputFile(
        bytes: encoded([0, 255, 0, 255]), format: .png, size: PixelSize(width: 2, height: 2))

    private static func encoded(_ alphas: [UInt8]) -> [UInt8] {
        let bitmap = Bitmap(
            size: PixelSize(width: 2, height: 2),
            pixels: alphas.flatMap { [200, 100, 50, $0] as [UInt8] })
        // Four pixels cannot fail to be written; an empty picture would fail every test.
        return (try? Picture.encode(bitmap, as: .png)) ?? []
    }

    /// The plainest request, with what the fixture says of it.
    func ask(model: String? = nil, references: Int = 0, mask: Bool = false) -> Ask {
        let said = json["ask"]
        var ask = Ask(
            model: model ?? json["model"]?.text ?? "", prompt: said?["prompt"]?.text ?? "a fox")
        ask.n = said?["n"]?.whole ?? 1
        ask.ratio = said?["ratio"]?.text
        ask.tier = said?["tier"]?.text
        ask.quality = said?["quality"]?.text
        ask.seed = said?["seed"]?.whole.map { Int64($0) }
        ask.format = said?["format"]?.text.flatMap { ImageFormat(rawValue: $0) } ?? .png
        if let sides = said?["size"]?.items.compactMap(\.whole), sides.count == 2 {
            ask.size = PixelSize(width: sides[0], height: sides[1])
        }
        if case .object(let options)? = said?["options"] {
            for (name, value) in options {
                if let option = PictureOption(rawValue: name), let text = value.text {
                    ask.options[option] = .text(text)
                }
            }
        }
        ask.inputs = Array(repeating: Self.picture, count: references)
        ask.mask = mask ? Self.mask : nil
        return ask
    }

    /// What can be asked of the vendor, by name.
    var asks: [(String, Ask)] {
        var asks = [("text", ask())]
        if let references = json["references"]?.whole {
            asks.append(("references", ask(references: references)))
        }
        switch json["mask"] {
        case .bool(true)?: asks.append(("mask", ask(references: 1, mask: true)))
        case .string(let model)?:
            asks.append(("mask", ask(model: model, references: 1, mask: true)))
        default: break
        }
        return asks
    }
}

extension Vendor: CustomTestStringConvertible {
    public var testDescription: String { name }
}

/// A call as lines to be compared: pictures are named, credentials are not.
struct Transcript {
    let lines: [String]

    init(_ call: Call) throws {
        var lines = ["\(call.method) \(call.url)"]
        if let credential = call.credential {
            lines.append("\(credential.header): \(credential.value)")
        }
        switch call.body {
        case .none: break
        case .json(let json):
            var text = json.text
            for (bytes, name) in try Self.known() {
                var base64: [UInt8] = []
                Base64.append(bytes, to: &base64)
                text.replace(String(decoding: base64, as: UTF8.self), with: name)
            }
            lines.append(text)
        case .multipart(let parts):
            for part in parts {
                let known = try Self.known().first { $0.0 == part.bytes }?.1
                let value = known ?? String(decoding: part.bytes, as: UTF8.self)
                let file = part.file.map { " (\($0.name), \($0.mediaType))" } ?? ""
                lines.append("\(part.name)\(file) = \(value)")
            }
        }
        self.lines = lines
    }

    private static func known() throws -> [([UInt8], String)] {
        [
            (Fixture.picture.bytes, "<picture>"), (Fixture.mask.bytes, "<mask>"),
            (try MaskForm.whiteChanges.made(from: Fixture.mask).bytes, "<white mask>"),
            (try MaskForm.blackChanges.made(from: Fixture.mask).bytes, "<black mask>"),
        ]
    }
}

import Threads
import Storage
import Gateway
import HTTP
import Units

/// How a caller wants its pictures.
enum Delivery: String, CaseIterable, Sendable {
    case url
    case base64 = "b64_json"
    /// Base64, and nothing kept by us.
    case ephemeral = "b64_ephemeral"

    var keeping: GenerationRequest.Keeping { self == .ephemeral ? .ephemeral : .kept }
}

extension Application {
    /// Where a kept picture is fetched from.
    func url(of image: FinishedGeneration.Image) -> String {
        publicURL + "/i/" + (image.kept?.name.text ?? "")
    }

    /// One item of `data`: a URL or the picture itself.
    func item(_ image: FinishedGeneration.Image, _ delivery: Delivery) -> (String, JSON) {
        switch delivery {
        case .url: ("url", .string(url(of: image)))
        case .base64, .ephemeral: ("b64_json", .base64(image.bytes))
        }
    }

    /// JSON past this is written on the pool: a picture as base64 would hold an event loop up.
    private static let smallAnswerBytes = 64 * 1024

    /// Answers `json`, which carries pictures of `imageBytes` in all.
    func answer(_ json: JSON, imageBytes: Int) async -> Response {
        return Response(
            .ok, headers: ["Content-Type": "application/json"],
            body: .bytes(await written(imageBytes) { json.bytes }))
    }

    /// What `write` writes, which carries pictures of `imageBytes`.
    ///
    /// The picture is made and paid for: nothing from here on may fail.
    func written(
        _ imageBytes: Int, _ write: @escaping @Sendable () -> [UInt8]
    ) async -> [UInt8] {
        guard imageBytes > Self.smallAnswerBytes else { return write() }
        do {
            return try await pool.run { write() }
        } catch {
            // The pool is full: then it is written here, and others wait a little.
            return write()
        }
    }
}

extension FinishedGeneration {
    /// Bytes of pictures that an answer carries.
    func carried(_ delivery: Delivery) -> Int {
        delivery == .url ? 0 : images.reduce(0) { $0 + $1.bytes.count }
    }
}

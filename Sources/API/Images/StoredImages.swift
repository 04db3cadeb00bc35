import Glibc
import HTTP
import Pictures
import Storage
import Units

extension Application {
    /// `GET /i/{name}`: a kept picture. Its name is its key: nobody guesses 128 random bits.
    func image(_ request: Request, named text: String) async throws -> Response {
        guard let name = StoredName(text), let format = Self.format(of: name),
            let image = try await store.open(name)
        else { throw Refusal(.notFound, "There is no such picture.") }
        let plan = ConditionalFile(
            byteCount: image.byteCount, etag: image.etag, modified: image.modified,
            mediaType: format.mediaType
        ).plan(for: request.headers)
        guard let part = plan.part else {
            close(image.descriptor)
            return Response(plan.status, headers: plan.headers)
        }
        return Response(
            plan.status, headers: plan.headers,
            body: .file(
                descriptor: image.descriptor, offset: part.lowerBound, count: Int64(part.count)))
    }

    /// What the name's ending says: this server gave it.
    private static func format(of name: StoredName) -> ImageFormat? {
        ImageFormat.allCases.first { name.text.hasSuffix("." + $0.fileExtension) }
    }
}

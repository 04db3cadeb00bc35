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
        return Self.response(with: image, as: format, to: request)
    }

    /// An open picture as the answer to a request that may know it already, or want a part of it.
    static func response(
        with image: StoredImage, as format: ImageFormat, to request: Request
    ) -> Response {
        let plan = ConditionalFile(
            byteCount: image.byteCount, etag: image.etag, modified: image.modified,
            mediaType: format.mediaType
        ).plan(for: request.headers)
        let headers = Headers(plan.headers.fields + pictureHeaders.fields)
        guard let part = plan.part else {
            image.close()
            return Response(plan.status, headers: headers)
        }
        return Response(
            plan.status, headers: headers,
            body: .file(
                descriptor: image.descriptor, offset: part.lowerBound, count: Int64(part.count)))
    }

    /// What the name's ending says: this server gave it.
    static func format(of name: StoredName) -> ImageFormat? {
        ImageFormat.allCases.first { name.text.hasSuffix("." + $0.fileExtension) }
    }
}

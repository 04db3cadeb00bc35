import Gateway
import HTTP
import Pictures
import Signing
import Storage
import Units

extension Application {
    /// `POST /v2/uploads`, dialect (e): a form with one `file`, kept for a day under a URL that
    /// requests may name.
    func v2Upload(_ request: Request) async throws -> Response {
        try await whileNamingStrangers(request) { key in
            try doorkeeper.read(by: key.hash)
            return try await withSubmission(of: request, from: key, claiming: false) {
                try await upload($0)
            }
        }
    }

    private func upload(_ sent: SentBody) async throws -> Response {
        let asked = try sent.fields.pictures(["file"])
        guard let first = asked.first, case .spooled(let file) = first.source else {
            throw Refusal(
                .missingParameter,
                "Send the picture as the part 'file' of a 'multipart/form-data', up to "
                    + "\(Inputs.bytesMax) bytes (16 MiB).", field: "file")
        }
        guard asked.count == 1 else {
            throw Refusal(
                .invalidValue, "There are \(asked.count) files: send one.", field: "file")
        }
        return uploaded(try await inputs.upload(file, field: "file"))
    }

    private func uploaded(_ upload: Inputs.Upload) -> Response {
        let picture = upload.picture
        var response = Response.json(
            .object([
                ("id", .string(picture.name.text)), ("url", .string(upload.url)),
                ("kind", .string("image")),
                ("contentType", .string(picture.format.mediaType)),
                ("byteSize", .int(picture.byteCount)), ("expiresAt", .time(upload.expiresAt)),
            ]), .created)
        response.headers["Location"] = upload.url
        return response
    }

    /// `GET /u/{name}`: an upload, for as long as requests may name it. As with a made picture, its
    /// name is its key.
    func uploaded(_ request: Request, named text: String) async throws -> Response {
        guard let name = StoredName(text), let format = Self.format(of: name),
            let image = try await inputs.open(name)
        else { throw Refusal(.notFound, "There is no such upload, or no longer.") }
        var response = Self.response(with: image, as: format, to: request)
        // It has an end: nobody but its reader is to keep it.
        response.headers["Cache-Control"] = "private, max-age=3600"
        return response
    }
}

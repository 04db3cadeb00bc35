import Pictures
import Providers
import Storage
import Threads
public import Units

extension Inputs {
    /// What was promised to be in the store is not: somebody removed it by hand.
    struct Missing: Error {}

    func present<Value>(_ found: Value?) throws -> Value {
        guard let found else { throw Missing() }
        return found
    }

    func take(
        _ asked: AskedPicture, _ owner: WorkShare.Owner?
    ) async throws -> InputPicture {
        switch asked.source {
        case .spooled(let file):
            return try await own(file.name, for: asked, owner) { throw Missing() }
        case .url(let text):
            if text.hasPrefix(uploadsURL) {
                return try await own(
                    upload: text.dropFirst(uploadsURL.count), for: asked, owner)
            }
            return try await keep(try await bytes(of: text, for: asked), for: asked, owner)
        }
    }

    /// A second name for what lies in the store already, or a file without what the picture says
    /// beside its pixels: that leaves here for nobody.
    private func own(
        _ name: StoredName, for asked: AskedPicture, _ owner: WorkShare.Owner?,
        otherwise: () throws -> Never
    ) async throws -> InputPicture {
        // Its head tells how long the look at the rest takes.
        let size = try await store.read(name) { try Self.size($0, for: asked) }
        guard let size,
            let found = try await store.read(
                name, WorkShare(owner: owner, pixels: size.pixels),
                { try Self.stripped($0, for: asked) })
        else { try otherwise() }
        guard found.isAsSent else { return try await write(found) }
        guard let own = try await store.link(name, extension: found.format.fileExtension) else {
            try otherwise()
        }
        return InputPicture(
            name: own, format: found.format, size: found.size, byteCount: found.bytes.count)
    }

    private func own(
        upload text: Substring, for asked: AskedPicture, _ owner: WorkShare.Owner?
    ) async throws -> InputPicture {
        let gone = Refusal(
            .invalidValue,
            "Invalid '\(asked.field)': there is no such upload; uploads are kept for 24 hours.",
            field: asked.field)
        guard let name = StoredName(text), let image = try await open(name) else { throw gone }
        image.close()
        return try await own(name, for: asked, owner) { throw gone }
    }

    /// What a text that names a picture leads to.
    private func bytes(of text: String, for asked: AskedPicture) async throws -> [UInt8] {
        do {
            if let bytes = try DataURL.content(of: text) { return bytes }
        } catch {
            throw Refusal(
                .invalidValue, "Invalid '\(asked.field)': its base64 is damaged.",
                field: asked.field)
        }
        do {
            return try await fetcher.fetch(text)
        } catch let failure as PictureFetcher.Failure {
            switch failure {
            case .busy:
                throw Refusal(
                    .overloaded, "Too many pictures are being fetched. Try again shortly.",
                    field: asked.field, retryAfter: .seconds(2))
            case .tooLarge: throw Self.tooLarge(asked.field)
            case .refused(let reason):
                throw Refusal(
                    .invalidValue,
                    "Invalid '\(asked.field)': the URL could not be fetched: \(reason).",
                    field: asked.field)
            }
        }
    }

    private func keep(
        _ bytes: [UInt8], for asked: AskedPicture, _ owner: WorkShare.Owner?
    ) async throws -> InputPicture {
        try checkSpace()
        let size = try await store.work { try Self.size(bytes, for: asked) }
        let share = WorkShare(owner: owner, pixels: size.pixels)
        return try await write(
            try await store.work(share) { try Self.stripped(bytes, for: asked) })
    }

    private func write(_ picture: Stripped) async throws -> InputPicture {
        let file = try await store.begin(extension: picture.format.fileExtension)
        do {
            try await file.write(picture.bytes)
        } catch {
            // The failure that matters is the first; what stays behind is swept.
            try? await file.abandon()
            throw error
        }
        return InputPicture(
            name: try await file.keep(written: clock.now), format: picture.format,
            size: picture.size, byteCount: picture.bytes.count)
    }

    /// A picture as it is shown, where it is stored turned: a mask and what vendors draw count rows and
    /// columns as they are stored.
    func upright(
        _ picture: InputPicture, named field: String, of owner: WorkShare.Owner? = nil
    ) async throws -> InputPicture {
        let bytes = try await read(picture)
        let share = WorkShare(owner: owner, pixels: picture.size.pixels)
        let turned: [UInt8]? = try await store.work(share) {
            do {
                guard try Picture.inspectWhole(bytes, limits: Self.limits).isTurned else {
                    return nil
                }
                let shown = try Picture.decodeShown(bytes, limits: Self.limits)
                return try Picture.encode(
                    shown.bitmap, as: picture.format, quality: Self.uprightQuality,
                    profile: shown.profile, isGenerated: false)
            } catch let error as PictureFailure {
                throw Refusal(.invalidValue, "Invalid '\(field)'. \(error)", field: field)
            }
        }
        guard let turned else { return picture }
        let own = try await keep(turned, for: AskedPicture(.url(""), field: field), owner)
        await discard([picture])
        return own
    }

    /// Of a JPEG or WebP that is turned: nobody sees a difference.
    private static let uprightQuality = 95

    /// A mask that was taken, as PNG: itself, or one in its place. Refuses one that changes nothing.
    func mask(
        _ picture: InputPicture, named field: String, of owner: WorkShare.Owner? = nil
    ) async throws -> InputPicture {
        let bytes = try await read(picture)
        let share = WorkShare(owner: owner, pixels: picture.size.pixels)
        let converted: [UInt8]? = try await store.work(share) {
            do {
                let bitmap = try Picture.decode(bytes)
                guard bitmap.letsThrough(below: MaskForm.changesBelow) else {
                    throw Refusal(
                        .invalidValue,
                        "Invalid '\(field)': no pixel of it is transparent, so nothing would change. A "
                            + "mask is a PNG or WebP that is transparent where the first input "
                            + "picture is to be redrawn, and opaque elsewhere.", field: field)
                }
                let isTurned = try Picture.inspectWhole(bytes).isTurned
                return picture.format == .png && !isTurned
                    ? nil : try Picture.encode(bitmap, as: .png)
            } catch let error as PictureFailure {
                throw Refusal(.invalidValue, "Invalid '\(field)'. \(error)", field: field)
            }
        }
        guard let converted else { return picture }
        let png = try await keep(converted, for: AskedPicture(.url(""), field: field), owner)
        await discard([picture])
        return png
    }

    /// A picture without what it says beside its pixels.
    private struct Stripped {
        let format: ImageFormat
        /// As it is shown.
        let size: PixelSize
        let bytes: [UInt8]
        /// Whether there was nothing to leave out.
        let isAsSent: Bool
    }

    /// What its head promises.
    private static func size(
        _ bytes: [UInt8], for asked: AskedPicture
    ) throws(Refusal) -> PixelSize {
        do throws(PictureFailure) {
            return try Picture.inspect(bytes, limits: limits).size
        } catch {
            throw refusal(of: asked, error)
        }
    }

    private static func refusal(of asked: AskedPicture, _ failure: PictureFailure) -> Refusal {
        var kind = Refusal.Kind.invalidValue
        if case .tooManyBytes = failure { kind = .bodyTooLarge }
        return Refusal(kind, "Invalid '\(asked.field)'. \(failure)", field: asked.field)
    }

    private static func stripped(
        _ bytes: [UInt8], for asked: AskedPicture
    ) throws(Refusal) -> Stripped {
        do throws(PictureFailure) {
            let whole = try Picture.inspectWhole(bytes, limits: limits)
            let bare = Picture.stripped(bytes, whole)
            return Stripped(
                format: whole.info.format, size: whole.shownSize, bytes: bare,
                isAsSent: bare == bytes)
        } catch {
            throw refusal(of: asked, error)
        }
    }
}

extension Inputs {
    /// The refusal of a picture that is larger than any may be.
    public static func tooLarge(_ field: String) -> Refusal {
        Refusal(
            .bodyTooLarge,
            "Invalid '\(field)': the picture has more than \(bytesMax) bytes (16 MiB).",
            field: field)
    }
}

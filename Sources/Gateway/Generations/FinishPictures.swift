import Log
import Pictures
import Storage
import Threads
import Units

extension Engine {
    /// What a vendor has sent, checked and in the format that was asked for.
    ///
    /// Nothing that it says of a picture is believed: what is none, is not whole, or is larger than
    /// anything that could have been asked for, is not delivered. Throws when none is left. What we
    /// have drawn ourselves does not come by here.
    func finish(
        _ pictures: [[UInt8]], for assignment: Assignment, of owner: WorkShare.Owner,
        by deadline: Timestamp
    ) async throws -> [MadePicture] {
        var finished: [MadePicture] = []
        let share = WorkShare(owner: owner, pixels: assignment.size.width * assignment.size.height)
        if pictures.count > assignment.n {
            log(.warning, "a provider sent more pictures than it was asked for")
        }
        for bytes in pictures.prefix(assignment.n) {
            do {
                finished.append(
                    try await store.patiently(until: deadline, clock, share) {
                        try Self.finished(bytes, assignment)
                    })
            } catch let failure as PictureFailure {
                log(.warning, "a provider's picture was not taken", ["reason": "\(failure)"])
            }
        }
        guard !finished.isEmpty else {
            throw ProviderFailure.unsure("what it sent is no picture")
        }
        return finished
    }

    private static func finished(
        _ bytes: [UInt8], _ assignment: Assignment
    ) throws -> MadePicture {
        let whole = try Picture.inspectWhole(bytes, limits: .foreign)
        let format = whole.info.format
        guard format != assignment.format, !assignment.takesAnyFormat else {
            // What hangs behind the picture is not passed on: no viewer shows it.
            let isBare = whole.byteCount == bytes.count
            return MadePicture(
                bytes: isBare ? bytes : Array(bytes[..<whole.byteCount]), format: format,
                size: whole.shownSize, credentials: whole.hasCredentials ? .kept : nil)
        }
        let shown = try Picture.decodeShown(bytes, limits: .foreign)
        return MadePicture(
            bytes: try Picture.encode(
                shown.bitmap, as: assignment.format, quality: assignment.compression,
                profile: shown.profile, isGenerated: true), format: assignment.format,
            size: shown.bitmap.size, credentials: whole.hasCredentials ? .removed : nil)
    }
}

extension PictureLimits {
    /// A vendor's picture is no larger than this, in bytes: a PNG of 64 megapixels may have as many.
    static let foreign = PictureLimits(
        bytesMax: 128 << 20, sideMax: standard.sideMax, pixelsMax: standard.pixelsMax)
}
